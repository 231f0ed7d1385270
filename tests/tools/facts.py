#!/usr/bin/env python3
"""Compares the facts that canaryform carries with the SAM translator that is installed beside this Python.

    facts.py            runs the tests that write the facts down, and compares: exit code 1 if anything differs

Needs aws-sam-translator in the version that the data files name, and cargo. Nothing is asked of any network.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
import samtranslator
from samtranslator.model.connector.connector import _SAM_TO_CFN_RESOURCE_TYPE
from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor
from samtranslator.translator import arn_generator

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "src" / "data"

differences = []


def expect(what, ours, theirs):
    """Notes a difference; the texts are compared, so the order of keys counts too."""
    if json.dumps(ours) != json.dumps(theirs):
        differences.append(f"{what}:\n  ours   {json.dumps(ours)}\n  theirs {json.dumps(theirs)}")


def dumped():
    """What the code says the facts are, by the name of the file it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["cargo", "test", "--quiet", "--lib", "facts_dump"],
            cwd=PROJECT,
            env={**os.environ, "CANARYFORM_FACTS_DUMP": folder},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return {path.stem: json.loads(path.read_text()) for path in Path(folder).iterdir()}


def compare_versions():
    for path in sorted(DATA.glob("*.txt")):
        for version in re.findall(r"aws-sam-translator ([\d.]*\d)", path.read_text()):
            expect(f"version of {path.name}", version, samtranslator.__version__)


def compare_partitions(facts):
    expected = {}
    bundled = json.loads((Path(samtranslator.__file__).parent / "internal/data/aws_managed_policies.json").read_text())
    for partition, ours in facts["managed_policies"].items():
        theirs = bundled.pop(partition, {})
        for name in sorted({*ours, *theirs}):
            expect(f"managed policy {name} in {partition}", ours.get(name), theirs.get(name))
    expect("partitions whose managed policies are unknown", [], sorted(bundled))

    prefixes = facts["region_prefixes"]
    regions = [f"{prefix}{rest}" for prefix, _ in prefixes for rest in ["", "x", "x-1"]]
    regions += [prefix[:-1] for prefix, _ in prefixes]
    session = boto3.session.Session()
    for partition in session.get_available_partitions():
        regions += session.get_available_regions("lambda", partition_name=partition)
    for region in regions:
        ours = next((name for prefix, name in prefixes if region.startswith(prefix)), "aws")
        arn_generator._region_to_partition.cache_clear()
        expect(f"partition of {region}", ours, arn_generator.ArnGenerator.get_partition_name(region))

    expected = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("serverlessrepo", partition_name=partition)
        if arn_generator.ArnGenerator.get_partition_name(region) == partition
    ]
    expect("regions of the application repository", facts["application_repository_regions"], sorted(expected))


def compare_policy_templates(facts):
    path = Path(samtranslator.__file__).parent / "policy_templates_data/policy_templates.json"
    processor = PolicyTemplatesProcessor(json.loads(path.read_text()))
    expect("policy templates", list(facts), sorted(processor.policy_templates))
    for name, ours in facts.items():
        theirs = processor.get(name)
        if theirs is None:
            continue
        expect(f"parameters of {name}", ours["parameters"], sorted(theirs.parameters))
        values = {parameter: {"Value of": parameter} for parameter in theirs.parameters}
        expect(f"expansion of {name}", ours["document"], processor.convert(name, values))


def compare_connectors(facts):
    profiles = json.loads((Path(samtranslator.__file__).parent / "model/connector_profiles/profiles.json").read_text())
    sam_types = {cfn: sam for sam, cfn in _SAM_TO_CFN_RESOURCE_TYPE.items()}
    names = {"Id": "ResourceId", "Url": "QueueUrl"}
    types = {}
    for name, known in profiles["CfnResourceProperties"].items():
        role = known.get("Inputs", {}).get("Role")
        role = "Target" if isinstance(role, dict) else f'Property("{role}")' if role else "Nothing"
        outputs = {names.get(key, key): value for key, value in known["Outputs"].items()}
        types[name] = {"outputs": outputs, "role": role, "sam": sam_types.get(name, "")}
    expect("types that connectors join", ordered(facts["types"]), ordered(types))

    waiting = {"DESTINATION_EVENT_SOURCE_MAPPING": "EventSourceMapping", "SOURCE": "Source", None: ""}
    pairs = {}
    for source, destinations in profiles["Permissions"].items():
        for destination, profile in destinations.items():
            given = profile["Properties"]
            categories = given["AccessCategories"]
            if profile["Type"] == "AWS_IAM_ROLE_MANAGED_POLICY":
                pair = {
                    "on": "Source" if given["SourcePolicy"] else "Destination",
                    "statements": {
                        name: [{"Action": one["Action"], "Resource": one["Resource"]} for one in category["Statement"]] for name, category in categories.items()
                    },
                    "sets": given.get("ValidAccessCategories", []),
                    "waiting": waiting[given.get("DependedBy")],
                }
            elif profile["Type"] == "AWS_LAMBDA_PERMISSION":
                one = categories["Write"]
                pair = {"principal": one["Principal"], "source_arn": one["SourceArn"], "with_account": "SourceAccount" in one}
            else:
                one = categories["Write"]["Statement"][0]
                pair = {"principal": one["Principal"]["Service"], "action": one["Action"]}
            pairs[f"{source} {destination}"] = pair
    expect("pairs that connectors join", sorted(facts["pairs"]), sorted(pairs))
    for name in sorted(set(pairs) & set(facts["pairs"])):
        # The order of statements counts: they are written in it.
        expect(f"connector {name}", facts["pairs"][name], pairs[name])


def ordered(facts):
    """The facts with the keys of every map sorted, where their order says nothing."""
    return json.loads(json.dumps(facts, sort_keys=True))


def main():
    facts = dumped()
    compare_versions()
    compare_partitions(facts["partitions"])
    compare_policy_templates(facts["policy_templates"])
    compare_connectors(facts["connectors"])
    for difference in differences:
        print(difference)
    print(f"{len(differences)} differences from aws-sam-translator {samtranslator.__version__}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
