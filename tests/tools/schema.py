#!/usr/bin/env python3
"""Holds `canaryform schema` against the fixtures: what the reference accepts, or we do beyond it, the schema accepts.

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
        if "traps" in fixture.parts or "refused" in fixture.parts:
            continue
        if not fixture.with_suffix(".sam.json").exists() and not fixture.with_suffix(".ours.json").exists():
            continue
        template = sam.read(fixture.read_text())
        asked += 1
        found = best_match(validator.iter_errors(template))
        if found:
            faults.append(f"{fixture.relative_to(ROOT)}: {'/'.join(map(str, found.absolute_path))}: {found.message[:160]}")
    alarm, kind = {"Errors": {"Treshold": 1}}, {"Erors": {}}
    preference = {"Type": {"Canary": {"Percent": 5}}, "Alarms": [alarm, kind], "Hooks": {"PreTraffic": {"SmokeTest": {"Paylod": 1}}}, "Role": {"Pth": "/"}}
    misspelt = {
        "Metadata": {"Canaryform": {"MaxParalel": 1}},
        "Resources": {
            "P": {"Type": "AWS::Lambda::Function", "Properties": {"DeploymentPreference": preference, "DeploymentGroup": {"Tag": []}}},
            "F": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"AutoPublishAlia": "live", "Events": {"E": {"Type": "Shedule"}}, "DeploymentPreference": {"Hooks": {"PreTrafic": "f"}}},
            }
        }
    }
    found = {"/".join(map(str, error.absolute_path)) for error in validator.iter_errors(misspelt)}
    wanted = {f"Resources/F/Properties{place}" for place in ("", "/Events/E/Type", "/DeploymentPreference")}
    wanted |= {"Metadata/Canaryform", "Resources/P/Properties/DeploymentPreference", "Resources/P/Properties/DeploymentGroup"}
    for name, value in preference.items():
        one = {"Resources": {"P": {"Type": "AWS::Lambda::Function", "Properties": {"DeploymentPreference": {name: value}}}}}
        if validator.is_valid(one):
            faults.append(f"a misspelt name in {name} passes")
    if not wanted <= found:
        faults.append(f"misspelt names pass: {sorted(wanted - found)}")
    for fault in faults:
        print(fault)
    print(f"{asked} fixtures, {len(faults)} faults")
    sys.exit(1 if faults or not asked else 0)


if __name__ == "__main__":
    main()
