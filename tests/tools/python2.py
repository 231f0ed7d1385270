#!/usr/bin/env python3
"""Compares src/language/python2.rs with the Python 2.7 emulation of the SAM translator that is installed beside this Python.

    python2.py                      4,000 random histories of dictionaries
    python2.py TEMPLATE.yaml ...    what SAM does to the bodies of the REST APIs in these templates

A history is a list of steps that make, change, copy and print dictionaries. SAM's emulation and ours go through the same
ones and must print the same. Exit code 1 if anything differs. Needs cargo; asks no network.
"""

import copy
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.model.apigateway import ApiGatewayDeployment
from samtranslator.utils.py27hash_fix import Py27Dict, Py27Keys, Py27LongInt, Py27UniStr

PROJECT = Path(__file__).resolve().parents[2]


def replayed_by_us(histories):
    """What the Rust side prints for each history: for each printing step the text and the JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "histories.json"
        path.write_text(json.dumps(histories))
        subprocess.run(
            ["cargo", "test", "--quiet", "--lib", "python2::tests::histories_are_replayed"],
            cwd=PROJECT,
            env={**os.environ, "CANARYFORM_PYTHON2_HISTORIES": str(path)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return json.loads(path.with_suffix(".texts.json").read_text())


def encoded_text(text):
    return {"u": str(text)} if isinstance(text, Py27UniStr) else text


# Random histories

ALPHABET = ["a", "b", "/", "{", "}", "é", "中", "😀", "'", '"', "\\", "\n", "\x7f", "\u200b", "\u00a0"]


def random_text(random):
    text = "".join(random.choices(ALPHABET, k=random.choice([0, 1, 1, 2, 2, 3, 12])))
    text = random.choice([text, text, f"/{random.randrange(200)}", f"key{random.randrange(60)}"])
    return Py27UniStr(text) if random.random() < 0.6 else text


def random_scalar(random):
    number = random.choice([0, -1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 1.0, 1e22, 1.5e-7, 0.1, 123456.789, -0.0])
    number = Py27LongInt(number) if isinstance(number, int) else number
    return random.choice([None, True, False, number, random_text(random)])


def random_history(random):
    """The steps, and what SAM's emulation prints for them."""
    steps, maps, prints = [["hashed"]], [Py27Dict()], []
    keys = [random_text(random) for _ in range(random.choice([4, 8, 20, 80]))]
    for _ in range(random.choice([10, 40, 150])):
        at = random.randrange(len(maps))
        kind = random.choices(
            ["insert", "remove", "update", "copy", "deep copy", "hashed", "plain", "print"],
            [20, 5, 2, 1, 3, 0.5, 0.5, 1],
        )[0]
        if len(maps) > 12 and kind in ("hashed", "plain", "copy"):
            kind = "print"
        if kind == "insert":
            key = random.choice(keys)
            inner = random.randrange(len(maps))
            if random.random() < 0.1 and len(str(maps[inner])) < 2000:
                value, encoded = copy_of(maps[inner]), {"map": inner}
                if random.random() < 0.3:
                    value, encoded = [value, 1], [encoded, 1]
            else:
                value = random_scalar(random)
                encoded = encoded_text(value) if isinstance(value, str) else value
            maps[at][key] = value
            steps.append([kind, at, encoded_text(key), encoded])
        elif kind == "remove":
            key = random.choice(keys)
            maps[at].pop(key, None)
            steps.append([kind, at, str(key)])
        elif kind == "update":
            other = random.randrange(len(maps))
            if other == at:
                continue
            maps[at].update(copy_of(maps[other]))
            steps.append([kind, at, other])
        elif kind == "deep copy":
            maps[at] = copy.deepcopy(maps[at])
            steps.append([kind, at])
        elif kind == "print":
            prints += [str(maps[at]), json.dumps(maps[at])]
            steps.append([kind, at])
        else:
            maps.append({"copy": maps[at].copy, "hashed": Py27Dict, "plain": dict}[kind]())
            if kind == "copy":
                maps[-1] = with_own_values(maps[-1])
            steps.append([kind, at] if kind == "copy" else [kind])
    prints += [str(maps[0]), json.dumps(maps[0])]
    steps.append(["print", 0])
    return steps, prints


def copy_of(value):
    """The same value in the same state, sharing nothing: what a Rust clone is."""
    if isinstance(value, Py27Dict):
        result = Py27Dict()
        vars(result.keylist).update(vars(value.keylist), keyorder=dict(value.keylist.keyorder))
        for key in value.keylist:
            dict.__setitem__(result, key, copy_of(value[key]))
        return result
    if isinstance(value, dict):
        return {key: copy_of(inner) for key, inner in value.items()}
    return [copy_of(item) for item in value] if isinstance(value, list) else value


def with_own_values(shallow):
    for key in shallow.keys():
        dict.__setitem__(shallow, key, copy_of(shallow[key]))
    return shallow


# Histories of real bodies


def record_histories():
    """Makes every emulated dictionary remember what was done to it since it was made, copies included."""
    original = {name: getattr(Py27Keys, name) for name in ["__init__", "__deepcopy__", "_resize", "remove", "add", "merge", "copy"]}

    def start(self):
        original["__init__"](self)
        self.steps, self.is_quiet = [], False

    def recorded(name):
        def method(self, *arguments):
            was_quiet, self.is_quiet = self.is_quiet, True
            result = original[name](self, *arguments)
            self.is_quiet = was_quiet
            if not was_quiet and name != "_resize":
                argument = arguments[0]
                self.steps.append((name, argument if name != "merge" else list(argument)))
            return result

        return method

    def copied(name):
        def method(self, *arguments):
            result = original[name](self, *arguments)
            result.steps = [*self.steps, (name, None)]
            return result

        return method

    Py27Keys.__init__ = start
    for name in ["_resize", "remove", "add", "merge"]:
        setattr(Py27Keys, name, recorded(name))
    for name in ["__deepcopy__", "copy"]:
        setattr(Py27Keys, name, copied(name))


def history_of(root):
    """The steps that make `root` again."""
    steps = []
    count = 0

    def new(*step):
        nonlocal count
        steps.append(list(step))
        count += 1
        return count - 1

    def encoded(value):
        if isinstance(value, dict):
            return {"map": remade(value)}
        if isinstance(value, list):
            return [encoded(item) for item in value]
        return encoded_text(value) if isinstance(value, str) else value

    def remade(map):
        entries = [(key, encoded(value)) for key, value in map.items()]
        if isinstance(map, Py27Dict):
            at = new("hashed")
            for name, argument in map.keylist.steps:
                if name == "add":
                    steps.append(["insert", at, encoded_text(argument), None])
                elif name == "remove":
                    steps.append(["remove", at, str(argument)])
                elif name == "__deepcopy__":
                    steps.append(["deep copy", at])
                elif name == "copy":
                    at = new("copy", at)
                elif name == "merge":
                    other = new("plain")
                    steps.extend(["insert", other, encoded_text(key), None] for key in argument)
                    steps.append(["update", at, other])
        else:
            at = new("plain")
        steps.extend(["insert", at, encoded_text(key), value] for key, value in entries)
        return at

    steps.append(["print", remade(root)])
    return steps


def real_histories(paths):
    from samtranslator.plugins.application.serverless_app_plugin import ServerlessAppPlugin
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    record_histories()
    found = []
    make_auto_deployable = ApiGatewayDeployment.make_auto_deployable

    def recording(self, stage, openapi_version=None, swagger=None, domain=None, *rest, **options):
        found.append((history_of(swagger), [str(swagger), json.dumps(swagger)]))
        if domain:
            found.append((history_of(domain), [str(domain), json.dumps(domain)]))
        return make_auto_deployable(self, stage, openapi_version, swagger, domain, *rest, **options)

    ApiGatewayDeployment.make_auto_deployable = recording
    ServerlessAppPlugin._sar_service_call = lambda *_: {"Status": "ACTIVE", "TemplateUrl": "x"}
    policies = type("Policies", (), {"load": lambda self: {}})()
    for path in paths:
        try:
            template = json.loads(json.dumps(yaml_parse(Path(path).read_text()), default=str))
            transform(template, {"param1": "value1", "param2": "value2"}, policies)
        except Exception:  # a refused template may have deployments before its fault
            pass
    return found


def main():
    if sys.argv[1:]:
        cases = real_histories(sys.argv[1:])
    else:
        seeded = random.Random(27)
        cases = [random_history(seeded) for _ in range(4000)]
    differences = 0
    for (steps, theirs), ours in zip(cases, replayed_by_us([steps for steps, _ in cases]), strict=True):
        if ours != theirs:
            differences += 1
            if differences < 4:
                print("steps", json.dumps(steps), "ours", ours, "theirs", theirs, sep="\n", end="\n\n")
    texts = sum(len(theirs) for _, theirs in cases)
    print(f"{differences} of {len(cases)} histories differ; {texts} texts")
    sys.exit(1 if differences or not cases else 0)


if __name__ == "__main__":
    main()
