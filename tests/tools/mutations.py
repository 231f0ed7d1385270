#!/usr/bin/env python3
"""Compares us with the SAM translator on fixtures in which something is changed at random.

    mutations.py [--count N] [--seed N] [--only GROUP,...] [BINARY]

One place of a fixture, or two, gets another value (null, wrong types, intrinsics, empty maps), a key more, or a key less;
both sides then answer: equal JSON, or a refusal that blames the same resources. Exit code 1 if they differ. Needs
aws-sam-translator, and cargo where no BINARY is given.
"""

import argparse
import copy
import functools
import json
import logging
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import sam

ROOT = Path(__file__).resolve().parents[2]
REGIONS = ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1"]
VALUES = [
    None, "", 0, 1, 5, -1.5, 1.0, True, False, [], {}, ["a"], [None], {"a": "b"}, {"a": 1, "b": 2}, "text", "true", "live", "é", "a b",
    {"Ref": "AWS::NoValue"}, {"Ref": "Nowhere"}, {"Ref": "AWS::Region"}, {"Ref": "Given"}, [{"Ref": "Given"}],
    {"Fn::If": ["C", "a", "b"]}, {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, "b"]}, {"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]}, {"Fn::If": ["C", "a"]},
    {"Fn::Sub": "${Given}-x"}, {"Fn::Sub": ["${a}${Given}", {"a": {"Ref": "Given"}}]}, {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::GetAtt": "A.Arn"},
    {"Fn::Join": ["-", ["a", {"Ref": "Given"}]]}, {"Fn::FindInMap": ["M", "a", "b"]}, {"Condition": "C"}, {"Fn::Foo": 1},
]
KEYS = ["NoSuch", "Type", "Condition", "Metadata", "DependsOn", "Ref", "Fn::If", "Tags", "Properties"]


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, (*path, i))


def mutate(rng, template):
    """Changes one place, and says which."""
    below = [path for path in places(template) if len(path) >= 2]
    if not below:
        return "nothing"
    path = rng.choice(below)
    parent = template
    for step in path[:-1]:
        parent = parent[step]
    kind, value = rng.random(), copy.deepcopy(rng.choice(VALUES))
    if kind < 0.65:
        parent[path[-1]] = value
    elif kind < 0.8:
        del parent[path[-1]]
    elif kind < 0.9 and isinstance(parent, dict):
        parent[rng.choice(KEYS)] = value
    elif isinstance(parent, list):
        parent.append(value)
    else:
        parent[path[-1]] = {"Fn::If": ["C", parent[path[-1]], value]}
    return "/".join(map(str, path))


def owners(ids, template):
    """The user's resources behind blamed ids: an id that SAM made up counts as the resource that it starts with."""
    known = sorted(template["Resources"], key=len, reverse=True)
    found = (next((name for name in known if identifier == name or identifier.startswith(name)), None) for identifier in ids)
    return {name for name in found if name}


def ordered(value):
    """The value with its lists sorted: SAM takes some of them out of sets."""
    if isinstance(value, dict):
        return {key: ordered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def taken_for_map(template, error):
    """Whether SAM takes for an empty map what we refuse: an empty text or list, on purpose."""
    value = template
    for step in error["path"].split("/"):
        value = value.get(step) if isinstance(value, dict) else value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None
    return error["code"] == "wrong-shape" and value in ("", [])


@functools.cache
def refusals(binary):
    """The codes of what we alone refuse: all of them, and those that can be allowed."""
    listed = json.loads(subprocess.run([binary, "codes", "--format", "json"], capture_output=True, check=True).stdout)
    ours = [row for row in listed if row["refused_by"] == "canaryform"]
    return {row["code"] for row in ours}, [row["code"] for row in ours if row["allowed"]]


def verdict(binary, template, region, note=lambda _: None):
    """What the two disagree on; "" where they agree; None where SAM has no answer. `note` is told SAM's answer.

    What we alone refuse is allowed where it can be: then SAM's answer is to come out."""
    text = json.dumps(template)
    wanted = sam.translate(text, region, {"Given": "given"})
    note(wanted)
    if "crash" in wanted:
        return None
    alone, allowed = refusals(binary)
    command = [binary, "transform", "--region", region, "--diagnostics", "json", "--format", "json", "--parameter-overrides", "Given=given"]
    command += [f"--allow={code}" for code in allowed]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode not in (0, 1):
        return f"exit code {done.returncode}: {done.stderr.decode()[-300:]}"
    errors = [finding for finding in json.loads(done.stderr or b"[]") if finding["severity"] == "error"]
    blamed = owners({error["resource"] for error in errors if error["code"] not in alone} - {None}, template)
    if "errors" in wanted:
        if not done.returncode:
            return f"accepted; SAM: {wanted['errors']}"
        # "Event with id [...]" names an event, which may be called as a resource is.
        theirs = owners(re.findall(r"[Rr]esource with id \[([^\]]+)\]", " ".join(wanted["errors"])), template)
        return f"blames {sorted(blamed)}, SAM {sorted(theirs)}: {wanted['errors']}" if theirs and theirs != blamed else ""
    conditions = wanted["template"].get("Conditions", {})
    if isinstance(conditions.get("SharedUsagePlanCondition"), str):
        # On purpose: CloudFormation refuses a condition that is a bare name.
        conditions["SharedUsagePlanCondition"] = {"Condition": conditions["SharedUsagePlanCondition"]}
    # Other names than SAM's stay on purpose.
    wanted["template"].pop("Transform", None)
    made = wanted["template"].get("Resources", {})
    lost = {
        name
        for name, resource in template["Resources"].items()
        if not str(resource.get("Type", "")).startswith("AWS::Serverless::") and made.get(name, resource).get("Type") != resource.get("Type")
    }
    if lost:
        # SAM lets a generated resource take the place of one of the user's.
        return "" if blamed & lost else f"must refuse what takes the place of {sorted(lost)}"
    if done.returncode:
        if all(error["code"] in alone or error["code"] == "local-code-in-stream" or "not there" in error["message"] or taken_for_map(template, error) for error in errors):
            return None
        return f"refused: {errors[0]['message']} at {errors[0]['path']}"
    ours = json.loads(done.stdout)
    ours.pop("Transform", None)
    return "" if ours == wanted["template"] or ordered(ours) == ordered(wanted["template"]) else "other JSON"


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("binary", nargs="?")
    cli.add_argument("--count", type=int, default=800)
    cli.add_argument("--seed", type=int, default=20)
    cli.add_argument("--only", default="")
    options = cli.parse_args()
    logging.disable(logging.CRITICAL)
    binary = options.binary or str(ROOT / "target/debug/canaryform")
    if not options.binary:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    groups = [group for group in options.only.split(",") if group]
    pool = []
    for fixture in sorted((ROOT / "fixtures").rglob("*.yaml")):
        # What differs on purpose would differ again.
        text = fixture.read_text()
        if "\n# differs" in text or "\n# reference" in text or (groups and fixture.parent.name not in groups):
            continue
        try:
            template = sam.read(text)
        except Exception:  # noqa: BLE001  no YAML on purpose
            continue
        if isinstance(template, dict) and isinstance(template.get("Resources"), dict):
            pool.append((fixture, template))
    rng = random.Random(options.seed)
    asked, wrong = 0, 0
    while asked < options.count:
        fixture, template = rng.choice(pool)
        template = copy.deepcopy(template)
        where = [mutate(rng, template) for _ in range(rng.choice([1, 1, 1, 2]))]
        if not isinstance(template.get("Resources"), dict) or not all(isinstance(r, dict) for r in template["Resources"].values()):
            continue
        region = rng.choice(REGIONS)
        found = verdict(binary, template, region)
        if found is None:
            continue
        asked += 1
        if found:
            wrong += 1
            print(f"{fixture.relative_to(ROOT)} {region} {' and '.join(where)}: {found[:400]}")
    print(f"{asked - wrong} of {asked} agree (seed {options.seed})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
