#!/usr/bin/env python3
"""Creates stacks of what fixtures become in ministack, a stand-in of AWS, and asks its APIs what is there.

    ministack.py [BINARY]

Only types that ministack makes for real are created, without what refers to CodeDeploy, and with inline code in place of
code in buckets. Needs `pip install 'ministack[full]' boto3`, and cargo where no BINARY is given. Listens on 127.0.0.1.
Exit code 1 if a stack fails, or if an API does not list what the template has.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ["gradual/canary", "gradual/alias", "gradual/alias-name-in-logical-id", "gradual/all-properties", "events/event-bridge-rules", "events/sns",
            "function/minimal", "function/tags", "beyond/alarms/every-kind", "beyond/alarms/guides-pair", "beyond/alarms/log-errors", "beyond/alarms/route-errors",
            "beyond/alarms/plain"]
TYPES = {"AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::Lambda::Permission", "AWS::SNS::Topic",
         "AWS::SQS::Queue", "AWS::Events::Rule", "AWS::CloudWatch::Alarm", "AWS::Lambda::EventSourceMapping", "AWS::Logs::LogGroup"}
# The settings of an alarm, and what CloudWatch's API calls them.
SETTINGS = ["Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator",
            "TreatMissingData"]


def references(value):
    """The logical ids that a value refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if isinstance(value.get("Fn::GetAtt"), list):
            yield value["Fn::GetAtt"][0]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def supported(template):
    """The part of a template that ministack can make."""
    resources = {}
    for name, resource in template["Resources"].items():
        resource = {key: value for key, value in resource.items() if key != "UpdatePolicy"}
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"] = {**resource["Properties"], "Code": {"ZipFile": "def handler(event, context): return event"}}
        # It knows no expressions over metrics, and no metric filters for alarms to wait for.
        is_expression = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
        resource.pop("DependsOn", None) if resource["Type"] == "AWS::CloudWatch::Alarm" else None
        if resource["Type"] in TYPES and not is_expression:
            resources[name] = resource
    # What refers to a resource that is left out is left out too.
    while True:
        gone = {name for name, resource in resources.items() for to in references(resource) if to in template["Resources"] and to not in resources}
        if not gone:
            break
        resources = {name: resource for name, resource in resources.items() if name not in gone}
    kept = {key: template[key] for key in ("Parameters", "Conditions", "Mappings") if key in template}
    return {**kept, "Resources": resources}


class Aws:
    def __init__(self, port):
        config = Config(retries={"max_attempts": 1}, read_timeout=60)
        self.client = lambda service: boto3.client(service, region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="test",
                                                   aws_secret_access_key="test", config=config)

    def create(self, name, template):
        cloudformation = self.client("cloudformation")
        # What has no default gets any value.
        missing = [key for key, parameter in template.get("Parameters", {}).items() if "Default" not in parameter]
        given = [{"ParameterKey": key, "ParameterValue": "prod"} for key in missing]
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])
        for _ in range(300):
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("IN_PROGRESS"):
                break
            time.sleep(0.1)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [event.get("ResourceStatusReason") for event in events if "FAILED" in event["ResourceStatus"]]
            sys.exit(f"{name}: {stack['StackStatus']}: {reasons}")
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    def different(self, template, physical, properties, alarm):
        """What of an alarm's properties CloudWatch does not show: settings, and dimensions with the values that they have once the stack is there."""
        yield from (name for name in SETTINGS if name in properties and not isinstance(properties[name], dict) and str(properties[name]) not in (str(alarm.get(name)), str(alarm.get(name)).removesuffix(".0")))
        shown = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])}
        wanted = {dimension["Name"]: dimension["Value"] for dimension in properties.get("Dimensions", [])}
        for name, value in wanted.items():
            if isinstance(value, dict) and isinstance(value.get("Ref"), str):
                value = physical.get(value["Ref"], value)
            elif isinstance(value, dict) and "Fn::Sub" in value:
                value = re.sub(r"\$\{(\w+)\}", lambda match: physical.get(match.group(1), match.group(0)), value["Fn::Sub"])
            elif isinstance(value, dict) and value.get("Fn::GetAtt", [None, None])[1] == "Version":
                # The version's id is its ARN, which ends with its number.
                value = physical[value["Fn::GetAtt"][0]].rpartition(":")[2]
            if isinstance(value, str) and "${" not in value and shown.get(name) != value:
                yield f"the dimension {name} ({shown.get(name)} in place of {value})"
        if set(shown) != set(wanted):
            yield f"dimensions ({sorted(shown)} in place of {sorted(wanted)})"

    def missing(self, template, physical):
        """What the template has and the APIs do not list."""
        functions = self.client("lambda")
        listed = {function["FunctionName"] for function in functions.list_functions()["Functions"]}
        alarms = {alarm["AlarmName"]: alarm for alarm in self.client("cloudwatch").describe_alarms()["MetricAlarms"]}
        for name, resource in template["Resources"].items():
            properties, kind = resource.get("Properties", {}), resource["Type"]
            if "Condition" in resource and name not in physical:
                continue
            owner = next(iter(references(properties.get("FunctionName"))), None)
            function = physical.get(owner, "")
            if kind == "AWS::Lambda::Function" and physical.get(name) not in listed:
                yield f"the function {name}"
            elif kind == "AWS::CloudWatch::Alarm" and physical.get(name) not in alarms:
                yield f"the alarm {name}"
            elif kind == "AWS::CloudWatch::Alarm":
                yield from (f"{what} of the alarm {name}" for what in self.different(template, physical, properties, alarms[physical[name]]))
            elif kind == "AWS::Lambda::Version":
                versions = functions.list_versions_by_function(FunctionName=function)["Versions"]
                if not any(version["Version"] != "$LATEST" for version in versions):
                    yield f"the version {name}"
            elif kind == "AWS::Lambda::Alias":
                aliases = functions.list_aliases(FunctionName=function)["Aliases"]
                if properties["Name"] not in {alias["Name"] for alias in aliases}:
                    yield f"the alias {name}"
            elif kind == "AWS::Lambda::Permission" and template["Resources"][owner]["Type"] == "AWS::Lambda::Function":
                policy = json.loads(functions.get_policy(FunctionName=function)["Policy"])
                services = {statement["Principal"].get("Service") if isinstance(statement["Principal"], dict) else statement["Principal"] for statement in policy["Statement"]}
                if properties["Principal"] not in services:
                    yield f"the permission {name}"


def transform(binary, fixture):
    done = subprocess.run([binary, "transform", str(ROOT / "fixtures" / f"{fixture}.yaml"), "--format", "json", "--region", "us-east-1"], capture_output=True, check=True)
    return json.loads(done.stdout)


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/debug/canaryform")
    if len(sys.argv) < 2:
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([str(Path(sys.executable).parent / "ministack")], env={**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(300):
            if not socket.socket().connect_ex(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        aws, made, missing = Aws(port), 0, []
        for number, fixture in enumerate(FIXTURES):
            template = supported(transform(binary, fixture))
            physical = aws.create(f"stack-{number}", template)
            made += len(template["Resources"])
            missing += [f"{fixture}: {what}" for what in aws.missing(template, physical)]
        print("\n".join([*missing, f"{len(FIXTURES)} stacks, {made} resources, {len(missing)} missing"]))
        sys.exit(1 if missing else 0)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


if __name__ == "__main__":
    main()
