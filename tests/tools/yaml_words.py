#!/usr/bin/env python3
"""Compares our reading and writing of YAML with PyYAML's, as the SAM translator sets it up.

    yaml_words.py [BINARY]      BINARY: target/debug/canaryform, which is built where none is given

Reading: 12,000 random plain words, read by both. Writing: 21,000 random strings, as values, keys and arguments of
intrinsics, written by us and read by PyYAML. Exit code 1 if anything differs. Needs aws-sam-translator and cargo.
"""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import sam

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["yes", "No", "ON", "off", "true", "FALSE", "null", "~", "Null", "y", "n", "0x", "0b", "0o", "1e5", "1.5", ".5", "5.", "+1", "-0",
         "1_000", "12:30", "190:20:30", "0644", "089", ".inf", "2012-10-17", "2001-12-14t21:59:43.10-05:00", "=", "<<", "1.10", "e3", "1e+3"]
PLAIN = list("0123456789") + list("abefoxyntEN._:+-T~") + WORDS
ANY = list("ab 0123.:-_#'\"\\,[]{}&*!|>%@`~=<?\n\t") + WORDS + ["é", "\u2028", "\x85", "\ufeff", "𝄞", "\x01", "\x7f", "\xa0", " ", "  ", "\n",
                                                                "- ", ": ", " #", "---", "..."]


def ours(binary, text, to):
    done = subprocess.run([binary, "transform", "--format", to, "--diagnostics", "json"], input=text.encode(), capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def within(properties):
    return {"Resources": {"R": {"Type": "AWS::X::Y", "Properties": properties}}}


def is_plain(value):
    """Whether JSON has this value: no date, no infinity, no number beyond 64 bits."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return -(2**63) <= value < 2**64
    return value is None or isinstance(value, (str, bool))


def reading(binary, rng):
    wrong = 0
    for _ in range(30):
        words = []
        while len(words) < 400:
            word = "".join(rng.choice(PLAIN) for _ in range(rng.randint(1, 5)))
            try:
                value = sam.yaml_parse(f"x: {word}")["x"]
            except Exception:  # noqa: BLE001  not a word that PyYAML reads
                continue
            if is_plain(value):
                words.append((word, value))
        text = "Resources:\n  R:\n    Type: AWS::X::Y\n    Properties:\n" + "".join(f"      k{i}: {word}\n" for i, (word, _) in enumerate(words))
        code, out, err = ours(binary, text, "json")
        if code:
            print(f"refused: {err[:300]}")
            wrong += 1
            continue
        made = json.loads(out)["Resources"]["R"]["Properties"]
        for i, (word, value) in enumerate(words):
            if json.dumps(made[f"k{i}"]) != json.dumps(value):
                wrong += 1
                print(f"{word!r} is read as {made[f'k{i}']!r} instead of {value!r}")
    return wrong


def writing(binary, rng):
    wrong = 0
    for _ in range(35):
        properties = {}
        while len(properties) < 200:
            word = "".join(rng.choice(ANY) for _ in range(rng.randint(0, 8)))
            value = rng.choice([word, [word, {"Ref": word}], {"Fn::Join": [word, [word]]}, {"Fn::Sub": word}, {"Fn::Sub": [word, {word: word}]},
                                {"x": {word: [word]}}, {"Fn::GetAtt": [word, "a"]}])
            properties[word + str(len(properties)) if rng.random() < 0.5 else word] = value
        template = within(properties)
        code, out, err = ours(binary, json.dumps(template), "yaml")
        try:
            read = sam.yaml_parse(out) if not code else None
        except Exception as error:  # noqa: BLE001
            read, err = None, str(error)
        if read != template:
            wrong += 1
            print(f"not written as it was: {err[:300]}")
    return wrong


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/debug/canaryform")
    if len(sys.argv) < 2:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    rng = random.Random(20)
    wrong = reading(binary, rng) + writing(binary, rng)
    print(f"{wrong} differences in 12,000 words read and 21,000 strings written")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
