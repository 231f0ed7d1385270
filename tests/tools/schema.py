#!/usr/bin/env python3
"""Holds `canaryform schema` against the fixtures: what the reference accepts, the schema accepts.

    schema.py [BINARY]

Exit code 1 where the schema is no schema, or refuses a template that is fine; the other way round, the fixtures that
misspell a property must be refused. Needs jsonschema, and cargo where no BINARY is given.
"""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import sam
from jsonschema.exceptions import best_match

ROOT = Path(__file__).resolve().parents[2]


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/debug/canaryform")
    if len(sys.argv) < 2:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    schema = json.loads(subprocess.run([binary, "schema"], capture_output=True, check=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    asked, faults = 0, []
    for fixture in sorted((ROOT / "fixtures").rglob("*.yaml")):
        # Traps are what the reference accepts and nobody means.
        if not fixture.with_suffix(".sam.json").exists() or "traps" in fixture.parts:
            continue
        template = sam.read(fixture.read_text())
        asked += 1
        found = best_match(validator.iter_errors(template))
        if found:
            faults.append(f"{fixture.relative_to(ROOT)}: {'/'.join(map(str, found.absolute_path))}: {found.message[:160]}")
    misspelt = {
        "Resources": {
            "F": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"AutoPublishAlia": "live", "Events": {"E": {"Type": "Shedule"}}, "DeploymentPreference": {"Hooks": {"PreTrafic": "f"}}},
            }
        }
    }
    found = {"/".join(map(str, error.absolute_path)) for error in validator.iter_errors(misspelt)}
    wanted = {f"Resources/F/Properties{place}" for place in ("", "/Events/E/Type", "/DeploymentPreference")}
    if not wanted <= found:
        faults.append(f"misspelt names pass: {sorted(wanted - found)}")
    for fault in faults:
        print(fault)
    print(f"{asked} fixtures, {len(faults)} faults")
    sys.exit(1 if faults or not asked else 0)


if __name__ == "__main__":
    main()
