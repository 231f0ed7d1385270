#!/usr/bin/env python3
"""Compares us with the SAM translator on fixtures in which something is changed at random.

    mutations.py [--count N] [--seed N] [--only GROUP,...] [--also FOLDER] [--keep FOLDER] [BINARY]

One place of a fixture, or two, gets another value (null, wrong types, intrinsics, empty maps, what stands in another
fixture), a key more, or a key less; or a resource gets the id of one that is generated; both sides then answer: equal JSON, or a refusal that blames the same resources. Exit code 1 if they differ. Needs
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


def uploaded(value, key=""):
    """The template with uploaded code in the place of local code, as packaging would have it."""
    if isinstance(value, dict):
        return {name: uploaded(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [uploaded(item) for item in value]
    if key in ("CodeUri", "ContentUri", "DefinitionUri", "SchemaUri") and isinstance(value, str) and not value.startswith("s3://"):
        return "s3://bucket/key"
    return value


def like(pool, key):
    """What stands under a key of this name in the templates of the pool."""
    if key not in pool.by_key:
        found = []
        for _, template in pool.templates:
            for path in places(template):
                if path and path[-1] == key:
                    value = functools.reduce(lambda inner, step: inner[step], path, template)
                    found.append(value)
        pool.by_key[key] = found
    return pool.by_key[key]


class Pool:
    """The templates that changes start from, and take parts of."""

    def __init__(self, templates):
        self.templates = templates
        self.by_key = {}


# The ids that a template chooses for what is generated.
CHOSEN = ["QueueLogicalId", "QueuePolicyLogicalId"]


def collide(rng, template):
    """Gives a resource of the template the id of a generated one, or has the template choose an id that is taken."""
    made = sam.translate(json.dumps(template)).get("template", {}).get("Resources", {})
    own = list(template["Resources"])
    generated = [name for name in made if name not in template["Resources"]]
    if not generated or not own:
        return None
    subscriptions = [
        path
        for path in places(template)
        if path and path[-1] in ("SqsSubscription", "DeadLetterConfig") and isinstance(functools.reduce(lambda v, s: v[s], path, template), dict)
    ]
    if subscriptions and rng.random() < 0.5:
        path = rng.choice(subscriptions)
        chosen, taken = rng.choice(CHOSEN), rng.choice(own + generated)
        functools.reduce(lambda v, s: v[s], path, template)[chosen] = taken
        return f"{'/'.join(map(str, path))}/{chosen} = {taken}"
    taken = rng.choice(generated)
    template["Resources"][taken] = rng.choice([{"Type": "AWS::SNS::Topic"}, copy.deepcopy(made[taken]), copy.deepcopy(template["Resources"][rng.choice(own)])])
    return f"Resources/{taken} added"


def mutate(rng, template, pool):
    """Changes one place, and says which."""
    if rng.random() < 0.06:
        collided = collide(rng, template)
        if collided:
            return collided
    below = [path for path in places(template) if len(path) >= 2]
    if not below:
        return "nothing"
    path = rng.choice(below)
    parent = template
    for step in path[:-1]:
        parent = parent[step]
    kind, value = rng.random(), copy.deepcopy(rng.choice(VALUES))
    elsewhere = like(pool, path[-1]) if isinstance(path[-1], str) else []
    if elsewhere and kind < 0.2:
        value = copy.deepcopy(rng.choice(elsewhere))
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


def difference(ours, theirs, path=""):
    """Where two values differ first, and how."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            if key not in ours or key not in theirs:
                return f"{path}/{key} is only in {'ours' if key in ours else 'theirs'}"
            if ours[key] != theirs[key]:
                return difference(ours[key], theirs[key], f"{path}/{key}")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return next((difference(*pair, f"{path}/{i}") for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), "")
    return f"{path}: {json.dumps(ours)[:100]}; SAM: {json.dumps(theirs)[:100]}"


def taken_for_map(template, error):
    """Whether SAM takes for an empty map what we refuse: an empty text or list, on purpose."""
    value = template
    for step in error["path"].split("/"):
        value = value.get(step) if isinstance(value, dict) else value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None
    return value in ("", [])


def has_body_of_no_api(template):
    """Whether something that is no API of SAM's has a `DefinitionBody`: SAM reads it where an event names the resource as its
    API, whatever that is, and CloudFormation knows no such property of any type."""
    return any(
        isinstance(resource.get("Properties"), dict)
        and "DefinitionBody" in resource["Properties"]
        and not str(resource.get("Type")).startswith("AWS::Serverless::")
        for resource in template["Resources"].values()
    )


def chooses_preference(template):
    """Whether an `Fn::If` chooses between preferences, which goes beyond SAM."""
    globals_of_functions = template.get("Globals", {}).get("Function") if isinstance(template.get("Globals"), dict) else None
    all_properties = [resource.get("Properties") for resource in template["Resources"].values()] + [globals_of_functions]
    preferences = [properties.get("DeploymentPreference") for properties in all_properties if isinstance(properties, dict)]
    return any(isinstance(preference, dict) and "Fn::If" in preference for preference in preferences)


def is_no_text(template, path):
    """Whether the type or the condition of a resource at this place is something else than a text."""
    section, *steps = path.split("/")
    return section == "Resources" and len(steps) == 2 and steps[1] in ("Type", "Condition") and not isinstance(template["Resources"][steps[0]][steps[1]], str)


# What SAM finds after everything else.
LATE = ("generated-id-taken",)

# Where SAM stops: it tells nothing else.
STOPS = ("ignore-globals-shape", "ignored-global-unknown")

# What is wrong with the template itself: nothing else is told then, since whatever followed would be guesswork.
SHAPES = ("condition-not-a-name", "properties-not-a-map", "resource-not-a-map")


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
    command = [binary, "transform", "--region", region, "--diagnostics", "json", "--format", "json", "--parameter-overrides", "Given=given", "--code", "refuse"]
    command += [f"--allow={code}" for code in allowed]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode not in (0, 1):
        return f"exit code {done.returncode}: {done.stderr.decode()[-300:]}"
    findings = json.loads(done.stderr or b"[]")
    errors = [finding for finding in findings if finding["severity"] == "error"]
    refused = owners({error["resource"] for error in errors} - {None}, template)
    blamed = owners({error["resource"] for error in errors if error["code"] not in (*alone, *LATE)} - {None}, template)
    if "errors" in wanted:
        if not done.returncode:
            if has_body_of_no_api(template) or chooses_preference(template):
                return None
            return f"accepted; SAM: {wanted['errors']}"
        if all(error["code"] in alone for error in errors):
            # Refused here for a reason of our own, which hides theirs.
            return None
        # "Event with id [...]" names an event, which may be called as a resource is.
        theirs = owners(re.findall(r"[Rr]esource with id \[([^\]]+)\]", " ".join(wanted["errors"])), template)
        if any(error["path"].startswith("Globals/") for error in errors):
            # Told once, where it is written; SAM blames each resource that has it.
            return ""
        if all(error["code"] in SHAPES for error in errors):
            return "" if not theirs or blamed <= theirs else f"blames {sorted(blamed)}, SAM {sorted(theirs)}: {wanted['errors']}"
        if any("with id [" not in error for error in wanted["errors"]) or any(error["code"] in STOPS for error in errors):
            # It says of some fault not whose it is, or tells not all of them.
            blamed = blamed & theirs
        # What SAM blames is told, be it in our own words; what is told as SAM's is blamed there.
        return f"blames {sorted(blamed)}, SAM {sorted(theirs)}: {wanted['errors']}" if theirs and not blamed <= theirs <= refused else ""
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
        told = " ".join(finding["message"] for finding in findings)
        return "" if refused & lost or any(f"`{name}`" in told for name in lost) else f"must refuse what takes the place of {sorted(lost)}"
    if done.returncode:
        if all(error["code"] in alone or error["code"] in LATE or "not there" in error["message"] or taken_for_map(template, error) for error in errors):
            return None
        return f"refused: {errors[0]['message']} at {errors[0]['path']}"
    ours = json.loads(done.stdout)
    ours.pop("Transform", None)
    if has_body_of_no_api(template) or any(finding["code"] in ("resource-without-type", "undefined-condition") and is_no_text(template, finding["path"]) for finding in findings):
        # CloudFormation refuses what SAM makes of it.
        return None
    return "" if ours == wanted["template"] or ordered(ours) == ordered(wanted["template"]) else f"other JSON: {difference(ours, wanted['template'])}"


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("binary", nargs="?")
    cli.add_argument("--count", type=int, default=400)
    cli.add_argument("--seed", type=int, default=20)
    cli.add_argument("--only", default="")
    cli.add_argument("--also", type=Path, help="a folder with more templates to start from, their local code taken for uploaded")
    cli.add_argument("--keep", type=Path, help="a folder for the templates on which the two disagree")
    options = cli.parse_args()
    logging.disable(logging.CRITICAL)
    binary = options.binary or str(ROOT / "target/debug/canaryform")
    if not options.binary:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    groups = [group for group in options.only.split(",") if group]
    templates = []
    more = sorted(path for path in options.also.rglob("*.yaml") if not path.name.endswith(".source.yaml")) if options.also else []
    for fixture in sorted((ROOT / "fixtures").rglob("*.yaml")) + more:
        # What differs on purpose would differ again.
        text = fixture.read_text()
        if "beyond" in fixture.parts or fixture.parent.name == "check":
            continue
        if "\n# differs" in text or "\n# reference" in text or (groups and fixture.parent.name not in groups):
            continue
        try:
            template = sam.read(text)
        except Exception:  # noqa: BLE001  no YAML on purpose
            continue
        if fixture in more:
            template = uploaded(template)
        if isinstance(template, dict) and isinstance(template.get("Resources"), dict):
            templates.append((fixture, template))
    pool = Pool(templates)
    rng = random.Random(options.seed)
    asked, wrong = 0, 0
    while asked < options.count:
        fixture, template = rng.choice(pool.templates)
        template = copy.deepcopy(template)
        where = [mutate(rng, template, pool) for _ in range(rng.choice([1, 1, 1, 2]))]
        if not isinstance(template.get("Resources"), dict) or not all(isinstance(r, dict) for r in template["Resources"].values()):
            continue
        region = rng.choice(REGIONS)
        found = verdict(binary, template, region)
        if found is None:
            continue
        asked += 1
        if found:
            wrong += 1
            if options.keep:
                (options.keep / f"{options.seed}-{asked}-{fixture.stem}.json").write_text(json.dumps(template, indent=1))
            print(f"{fixture.name} of {fixture.parent.name}, {region} {' and '.join(where)}: {found[:400]}")
    print(f"{asked - wrong} of {asked} agree (seed {options.seed})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
