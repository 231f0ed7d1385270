#!/usr/bin/env python3
"""Validates what every fixture becomes with AWS's own offline validator, in one process.

    validate_outputs.py

Reads the outputs from the snapshots. On the resources that the transform makes there may be no FATAL, no ERROR and no WARN
that the validator does not report on the reference's answer to the same fixture too: what a fixture itself writes wrong stays
wrong. Where the reference has no answer, no WARN is asked for. What depends on the date (runtimes that have ended) is left out. Exit 1 where findings are left. Needs
`pip install cloudformation-validate==1.14.0`.
"""

import re
import sys
import tempfile
from pathlib import Path

from cloudformation_validate import RegoEngine

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = "--- findings ---\n"
GRAVE = {"FATAL", "ERROR", "WARN"}
DATED = {"E2530", "E2531", "E2533", "W2531"}


def output(snapshot):
    """The template in a snapshot, without the snapshot's header and the findings; empty where it was refused."""
    _, _, content = snapshot.read_text().split("---\n", 2)
    return content.split(FINDINGS)[0] if not content.startswith(FINDINGS) else ""


def own_resources(fixture):
    """The ids of the resources that the fixture writes as CloudFormation takes them: nothing is made of these."""
    own, current = set(), None
    for line in fixture.read_text().splitlines():
        if match := re.match(r"  (\w+):", line):
            current = match.group(1)
        if current and re.search(r"\bType: (AWS|Custom)::(?!Serverless)", line):
            own.add(current)
    return own


class Validator:
    def __init__(self, folder):
        self.engine, self.folder = RegoEngine(), Path(folder)

    def findings(self, text, suffix):
        """How grave, which rule, on which resource and what it says."""
        file = self.folder / f"template{suffix}"
        file.write_text(text)
        return {
            (found.severity.name, found.rule_id, (found.entity and found.entity.logical_id) or "", found.message)
            for found in self.engine.validate_template(file).diagnostics
            if found.severity.name in GRAVE and found.rule_id not in DATED
        }


def main():
    validated, left = 0, []
    with tempfile.TemporaryDirectory() as folder:
        validator = Validator(folder)
        for fixture in sorted((ROOT / "fixtures").rglob("*.yaml")):
            # Those of rules have no output in a snapshot.
            if fixture.parent.name == "check":
                continue
            name = fixture.relative_to(ROOT / "fixtures")
            snapshot = ROOT / "snapshots" / f"fixture@{str(name).replace('/', '__')}.snap"
            # The fixtures of rules are no templates to deploy, so nobody records what they become.
            if not snapshot.exists():
                continue
            template = output(snapshot)
            if not template.strip():
                continue
            validated += 1
            own = own_resources(fixture)
            found = {finding for finding in validator.findings(template, ".yaml") if finding[2] not in own}
            reference = fixture.with_suffix(".sam.json")
            if found and reference.exists():
                found -= validator.findings(reference.read_text(), ".json")
            elif found:
                found = {finding for finding in found if finding[0] != "WARN"}
            left += [f"{name}: {severity} {rule} on {resource or 'the template'}: {message}" for severity, rule, resource, message in sorted(found)]
    print("\n".join([*left, f"{validated} outputs validated, {len(left)} findings"]))
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
