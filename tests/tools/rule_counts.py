#!/usr/bin/env python3
"""Counts how often each rule of `canaryform check` fires on recorded templates, and holds the table snapshots/rules.md to it.

    rule_counts.py [--write]

Counts templates, and findings in them, over ../shared/real and ../shared/gradual (what people wrote) and ../shared/conformance (tests of
SAM). Where these are not there, nothing is counted. `--write` writes the table anew: read what fires before you commit it.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / ".." / "shared"
TABLE = ROOT / "snapshots" / "rules.md"
# A rule that fired on fewer real templates is not judged.
FEWEST = 5

# Findings on real templates that were read, and how many of them were false; by code.
JUDGED = {
    "duplicate-key": (9, 0),
    "ignored-key": (7, 0),
    "parameter-not-hashed": (42, 0),
}

HEAD = """# How often each rule fires

Templates, and findings in them, of `../shared/real` ({real} templates as published), `../shared/gradual` ({gradual} that services deploy
gradually, some in several states) and `../shared/conformance` ({conformance} tests of SAM), by `tests/tools/rule_counts.py`. Judged are the
findings on real templates (the first two columns): how many were read, and how many of them are false alarms. A rule that fired on fewer
than {fewest} real templates is not judged by that, although its findings were read too.

| rule | severity | real | gradual | conformance | judged |
|---|---|---|---|---|---|
"""


def templates():
    return {
        "real": sorted((SHARED / "real").rglob("*.source.yaml")),
        "gradual": sorted((SHARED / "gradual").glob("*.yaml")),
        "conformance": sorted((SHARED / "conformance").rglob("*.yaml")),
    }


def count(binary, files):
    """For each code the templates that it is found in, and how often."""
    environment = {**os.environ, "AWS_REGION": "us-east-1"}
    done = subprocess.run([binary, "check", "--level", "info", "--format", "json", *map(str, files)], capture_output=True, text=True, env=environment)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    counts = collections.defaultdict(collections.Counter)
    for finding in json.loads(done.stdout):
        counts[finding["code"]][finding["file"]] += 1
    return counts


def rules(binary):
    """The codes that rules find, with their severities."""
    listed = json.loads(subprocess.run([binary, "check", "--list", "--format", "json"], capture_output=True, check=True).stdout)
    for row in listed:
        page = subprocess.run([binary, "check", "--explain", row["code"]], capture_output=True, text=True, check=True).stdout
        if "\nWhy: " in page:
            yield row["code"], row["severity"]


def table(binary):
    sets = templates()
    counts = {name: count(binary, files) for name, files in sets.items()}
    text = HEAD.format(fewest=FEWEST, **{name: len(files) for name, files in sets.items()})
    for code, severity in rules(binary):
        found = {name: counts[name][code] for name in sets}
        cells = [f"{len(per_file)}, {sum(per_file.values())}" if per_file else "" for per_file in found.values()]
        real = len(found["real"]) + len(found["gradual"])
        if real < FEWEST:
            judged = "not judged"
        elif code in JUDGED:
            read, false = JUDGED[code]
            judged = f"{false} of {read} false"
        else:
            sys.exit(f"{code} fires on {real} real templates: read what it finds, and note the result in JUDGED")
        text += f"| `{code}` | {severity} | {' | '.join(cells)} | {judged} |\n"
    return text


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--write", action="store_true")
    cli.add_argument("--binary", default=str(ROOT / "target/debug/canaryform"))
    options = cli.parse_args()
    if not (SHARED / "gradual").is_dir():
        print("there are no recorded templates to count on")
        return
    if options.binary == cli.get_default("binary"):
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    text = table(options.binary)
    if options.write:
        TABLE.write_text(text)
    elif TABLE.read_text() != text:
        sys.exit(f"{TABLE.relative_to(ROOT)} is not what is counted now: run this with --write and read the differences")
    print(f"{text.count(chr(10)) - HEAD.count(chr(10))} rules counted")


if __name__ == "__main__":
    main()
