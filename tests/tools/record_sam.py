#!/usr/bin/env python3
"""Records beside each fixture what the reference makes of it.

    record_sam.py [--check] [FIXTURE...]

NAME.yaml gets NAME.sam.json, the template that the reference answers, or NAME.sam-error.json, the resources that it
blames; where the reference breaks, neither. A fixture with the line
`# reference: not asked, it would ...` is left out. With --check nothing is written: exit 1 where a record is out of date.
Needs `pip install aws-sam-translator==1.115.0`.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

import sam

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def records(fixture):
    """The files that should stand beside `fixture`, with their text; None for a file that should not be there."""
    text = fixture.read_text()
    if "\n# reference: not asked" in text:
        return {}
    region, parameters = sam.header(text)
    answer = sam.translate(text, region, parameters)
    made = fixture.with_suffix(".sam.json")
    refused = fixture.with_suffix(".sam-error.json")
    if "template" in answer:
        return {made: json.dumps(answer["template"], indent=1, ensure_ascii=False) + "\n", refused: None}
    if "errors" in answer:
        return {made: None, refused: json.dumps({"resources": answer["resources"]}) + "\n"}
    print(f"{fixture}: the reference breaks: {answer['crash']}")
    return {made: None, refused: None}


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("fixtures", nargs="*", type=Path)
    cli.add_argument("--check", action="store_true")
    options = cli.parse_args()
    logging.disable(logging.CRITICAL)
    stale = []
    # What is beyond SAM has records of its own: record_syntax.py.
    all_of_sam = (fixture for fixture in sorted(FIXTURES.rglob("*.yaml")) if "beyond" not in fixture.parts and fixture.parent.name != "check")
    for fixture in options.fixtures or all_of_sam:
        for file, text in records(fixture).items():
            there = file.read_text() if file.exists() else None
            if there == text:
                continue
            stale.append(file)
            if options.check:
                continue
            if text is None:
                file.unlink()
            else:
                file.write_text(text)
    for file in stale:
        print(f"{'out of date' if options.check else 'recorded'}: {file}")
    sys.exit(1 if options.check and stale else 0)


if __name__ == "__main__":
    # The reference takes some lists out of sets: a fixed seed makes their order the same each time.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
