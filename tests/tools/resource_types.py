#!/usr/bin/env python3
"""Holds the list of CloudFormation's resource types against the schemas that cfn-lint ships.

    resource_types.py [--write]

Exit code 1 where src/data/resource_types.txt lists other types. Needs cfn-lint==1.58.0.
"""

import sys
from pathlib import Path

from cfnlint.helpers import REGIONS
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

LIST = Path(__file__).resolve().parents[2] / "src/data/resource_types.txt"


def main():
    lines = LIST.read_text().splitlines()
    head, listed = [line for line in lines if line.startswith("#")], [line for line in lines if not line.startswith("#")]
    # SAM's types are no resources of CloudFormation's, and modules and what AMZN has are none at all.
    known = sorted({name for region in REGIONS for name in PROVIDER_SCHEMA_MANAGER.get_resource_types(region) if not name.startswith(("AWS::Serverless::", "Module", "AMZN::"))})
    if "--write" in sys.argv:
        LIST.write_text("\n".join([*head, *known]) + "\n")
    for name in sorted(set(known) ^ set(listed)):
        print(f"{name}: {'missing' if name in known else 'not in the schemas'}")
    print(f"{len(listed)} types listed, {len(known)} in the schemas")
    sys.exit(0 if listed == known else 1)


if __name__ == "__main__":
    main()
