#!/usr/bin/env python3
"""Lints what every fixture becomes with cfn-lint, on as many cores as there are.

    lint_outputs.py [GROUP]

With a GROUP only the fixtures under that folder. Reads the outputs from the snapshots. W1001, a reference to what may not be there, counts as an error. An error is let pass where cfn-lint also reports it on the reference's answer to
the same fixture, which for what is beyond SAM is recorded in NAME.ours.json. Rules that depend on the date (runtimes that have ended) are left out. Exit 1 where errors are left.
Needs `pip install cfn-lint==1.58.0`.
"""

import json
import logging
import multiprocessing
import re
import sys
from pathlib import Path

from cfnlint.api import lint
from cfnlint.config import ManualArgs

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = "--- findings ---\n"
DATED = ["E2530", "E2531", "E2533"]


def output(snapshot):
    """The template in a snapshot, without the snapshot's header and the findings; empty where it was refused."""
    _, _, content = snapshot.read_text().split("---\n", 2)
    return content.split(FINDINGS)[0] if not content.startswith(FINDINGS) else ""


def errors(text, region):
    """The errors of cfn-lint: its rule, the path, and what it says."""
    config = ManualArgs(regions=[region], ignore_checks=["I", *DATED])
    counts = (match for match in lint(text, config=config) if match.rule.id.startswith("E") or match.rule.id == "W1001")
    return {(match.rule.id, "/".join(map(str, match.path or [])), match.message) for match in counts}


def left(fixture):
    """What is left of the errors in the output of a fixture, each as a line; none where it has no output."""
    # Those of rules have no output in a snapshot: they are no templates to deploy.
    if fixture.parent.name == "check":
        return None
    name = fixture.relative_to(ROOT / "fixtures")
    snapshot = ROOT / "snapshots" / f"fixture@{str(name).replace('/', '__')}.snap"
    template = output(snapshot) if snapshot.exists() else ""
    if not template.strip():
        return None
    region = (re.findall(r"^# region: (\S+)", fixture.read_text(), re.M) or ["us-east-1"])[0]
    found = errors(template, region)
    reference = fixture.with_suffix(".sam.json")
    if found and reference.exists():
        found -= errors(reference.read_text(), region)
    ours = fixture.with_suffix(".ours.json")
    if found and ours.exists():
        known = json.loads(ours.read_text()).get("cfn-lint", [])
        found = {error for error in found if f"{error[0]} at {error[1]}" not in known}
    return [f"{name}: {rule} at {path}: {message}" for rule, path, message in sorted(found)]


def main():
    group = sys.argv[1] if len(sys.argv) > 1 else ""
    fixtures = sorted((ROOT / "fixtures" / group).rglob("*.yaml"))
    with multiprocessing.Pool(initializer=logging.disable, initargs=(logging.CRITICAL,)) as pool:
        linted = [lines for lines in pool.map(left, fixtures, chunksize=4) if lines is not None]
    faults = [line for lines in linted for line in lines]
    print("\n".join([*faults, f"{len(linted)} outputs linted, {len(faults)} errors"]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
