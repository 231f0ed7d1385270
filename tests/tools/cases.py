#!/usr/bin/env python3
"""Holds snapshots/cases.md to what the command says of small templates with known faults.

    cases.py [--write] [--before BINARY]

Reads ../shared/cases; where it is not there, nothing is compared. `--write` writes the table anew; with `--before` its second column,
too, by a command of long ago: else that column stays as it is in the table.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / ".." / "shared" / "cases"
TABLE = ROOT / "snapshots" / "cases.md"

HEAD = """# What small templates with known faults come to

Each template of `../shared/cases` with `transform`, and with `check` where that finds more, by `tests/tools/cases.py`. The second column is what
`transform` of commit 712f2c7 said.

| case | before | now |
|---|---|---|
"""


def run(binary, *arguments):
    environment = {**os.environ, "AWS_REGION": "eu-west-1"}
    return subprocess.run([binary, *arguments], capture_output=True, text=True, env=environment, cwd=CASES)


def codes(findings):
    """Codes of findings, errors first, each once."""
    ordered = sorted(findings, key=lambda finding: (finding["severity"] != "error", finding["code"]))
    return ", ".join(dict.fromkeys(f"`{finding['code']}`" for finding in ordered))


def transformed(binary, case):
    """What `transform` makes of a case, as words, and its findings."""
    done = run(binary, "transform", case, "--diagnostics", "json")
    findings = json.loads(done.stderr) if done.stderr.lstrip().startswith("[") else []
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    how = "refused" if done.returncode else "transformed"
    return (f"{how}: {codes(findings)}" if findings else how), findings


def checked(binary, case, known):
    """What `check` finds beside what is known."""
    done = run(binary, "check", case, "--level", "info", "--format", "json")
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    told = {finding["code"] for finding in known}
    return codes([finding for finding in json.loads(done.stdout) if finding["code"] not in told])


def before():
    """The second column of the table that is there."""
    rows = [line.split(" | ") for line in TABLE.read_text().splitlines() if line.startswith("| `")] if TABLE.exists() else []
    return {name.strip("| `"): words for name, words, *_ in rows}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--before")
    arguments = parser.parse_args()
    if not CASES.is_dir():
        print("NOT RUN: ../shared/cases is not there")
        return
    binary = ROOT / "target" / "debug" / "canaryform"
    old = before()
    table = HEAD
    for case in sorted(path.name for path in CASES.glob("*.yaml")):
        words, findings = transformed(binary, case)
        more = checked(binary, case, findings)
        if more:
            words += f"; check: {more}"
        was = transformed(arguments.before, case)[0] if arguments.before else old.get(case, "")
        table += f"| `{case}` | {was} | {words} |\n"
    if arguments.write:
        TABLE.write_text(table)
    elif TABLE.read_text() != table:
        with tempfile.NamedTemporaryFile("w", suffix=".md") as made:
            made.write(table)
            made.flush()
            subprocess.run(["diff", TABLE, made.name])
        sys.exit("what the cases come to has changed: `cases.py --write` writes the table")


if __name__ == "__main__":
    main()
