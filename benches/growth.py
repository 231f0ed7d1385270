#!/usr/bin/env python3
"""Counts how the work of each kind of template grows: `growth.yaml` has the kinds.

    PYTHON benches/growth.py COMMAND [--verb check] [KIND ...]

COMMAND is a release build of the command. Each kind is made of 1,000, 2,000, 4,000 and 8,000 parts; the instructions of the
whole process are counted by cachegrind, and are the same in every run. Twice as many parts should take little more than
twice as many of them: the table names the doubling that takes the most. Seconds of the processor, which move with a machine's
load, are those of 4,000 parts. PYTHON has PyYAML; `valgrind` is installed.
"""

import argparse
import os
import re
import subprocess
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
SIZES = [1000, 2000, 4000, 8000]
FUNCTION = """    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
"""
SAM = "Transform: AWS::Serverless-2016-10-31\n"


def kinds():
    return yaml.safe_load((HERE / "growth.yaml").read_text())


def template(kind, size):
    before, each, after = (kind.get(part, "").replace("{FUNCTION}", FUNCTION) for part in ("before", "each", "after"))
    head = "" if before.startswith("Transform:") else SAM
    # Numbers of one length, so that twice as many are twice as long.
    return head + before + "".join(each.replace("%", str(10_000 + number)) for number in range(size)) + after


def call(command, verb, path):
    return [command, verb, path, "--region", "us-east-1"]


def instructions(command):
    """How many instructions a process takes, in millions; whether it finds faults does not matter."""
    done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"I +refs: +([\d,]+)", done.stderr)[1].replace(",", "")) / 1e6


def seconds(command):
    """Seconds of the processor that a process takes."""
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def measured(command, verb, names):
    """Of each kind its name, the instructions at each size, the most that a doubling takes, and the seconds of 4,000."""
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in kinds().items():
            if names and name not in names:
                continue
            counts = []
            for size in SIZES:
                path = Path(folder) / "template.yaml"
                path.write_text(template(kind, size))
                called = call(command, verb, str(path))
                counts.append(instructions(called))
                if size == 4000:
                    taken = seconds(called)
            yield name, counts, max(more / less for less, more in zip(counts, counts[1:])), taken


HEADING = ["what there is of it", *(f"{size:,}" for size in SIZES), "a doubling, at most", "CPU time of 4,000"]


def cells(name, counts, most, taken):
    return [name, *(f"{count:,.0f} M" for count in counts), f"{most:.2f}", f"{taken:.2f} s"]


def rows(command, shown):
    """The rows of a table of `transform`: the kinds that grow the most, and what holds for all others."""
    found = sorted(measured(command, "transform", []), key=lambda row: -row[2])
    yield HEADING
    for row in found[:shown]:
        yield cells(*row)
    others = found[shown:]
    yield [f"{len(others)} others, at most", *(f"{max(row[1][place] for row in others):,.0f} M" for place in range(len(SIZES))),
           f"{max(row[2] for row in others):.2f}", f"{max(row[3] for row in others):.2f} s"]


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("command", help="a release build of the command")
    cli.add_argument("kinds", nargs="*", metavar="KIND", help="only these")
    cli.add_argument("--verb", default="transform", help="what is called (transform)")
    options = cli.parse_args()
    unknown = set(options.kinds) - set(kinds())
    if unknown:
        cli.error(f"there is no kind {unknown.pop()!r}; there are: {', '.join(kinds())}")
    print("| " + " | ".join(HEADING) + " |", flush=True)
    for row in measured(options.command, options.verb, options.kinds):
        print("| " + " | ".join(cells(*row)) + " |", flush=True)


if __name__ == "__main__":
    main()
