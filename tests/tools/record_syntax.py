#!/usr/bin/env python3
"""Records beside each fixture under fixtures/beyond why its syntax is ours: nobody's template means something else by it.

    record_syntax.py [--check] [FIXTURE...]

A construct is ours only where the reference refuses a template that has it, or CloudFormation cannot take what the
reference makes of it, or it stands under `Metadata.Canaryform`. NAME.yaml gets NAME.ours.json with the one that holds:

    {"sam": "refuses", "resources": ["F"]}
    {"sam": "breaks"}
    {"cfn-lint": ["E3002 at Resources/F/Properties/AutoPublishAlias"]}
    {"metadata": "Canaryform"}

With --check nothing is written: exit 1 where a record is out of date, or nothing holds. Needs
`pip install aws-sam-translator==1.115.0 cfn-lint==1.58.0`.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

import sam
from lint_outputs import errors

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "beyond"


def reason(fixture):
    """Why the syntax of a fixture is ours; None where it is not."""
    text = fixture.read_text()
    region, parameters = sam.header(text)
    answer = sam.translate(text, region, parameters)
    if "errors" in answer:
        return {"sam": "refuses", "resources": answer["resources"]}
    if "crash" in answer:
        return {"sam": "breaks"}
    found = sorted({f"{rule} at {path}" for rule, path, _ in errors(json.dumps(answer["template"]), region) if rule.startswith("E")})
    if found:
        return {"cfn-lint": found}
    metadata = sam.read(text).get("Metadata")
    if isinstance(metadata, dict) and "Canaryform" in metadata:
        return {"metadata": "Canaryform"}
    return None


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("fixtures", nargs="*", type=Path)
    cli.add_argument("--check", action="store_true")
    options = cli.parse_args()
    logging.disable(logging.CRITICAL)
    wrong = False
    for fixture in options.fixtures or sorted(FIXTURES.rglob("*.yaml")):
        record = fixture.with_suffix(".ours.json")
        found = reason(fixture)
        if found is None:
            print(f"not ours: SAM takes it, and CloudFormation what SAM makes of it: {fixture}")
            wrong = True
            continue
        text = json.dumps(found, indent=1) + "\n"
        if record.exists() and record.read_text() == text:
            continue
        print(f"{'out of date' if options.check else 'recorded'}: {record}")
        wrong = wrong or options.check
        if not options.check:
            record.write_text(text)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    # The reference takes some lists out of sets: a fixed seed makes their order the same each time.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
