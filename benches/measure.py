#!/usr/bin/env python3
"""Measures whole processes of canaryform beside the reference's, and prints a table in Markdown.

    cargo build --release && PYTHON benches/measure.py target/release/canaryform

PYTHON has aws-sam-translator==1.115.0. Medians of whole processes, started one after the other, with their output
thrown away. Templates are made here: functions with an alias, a preference, an alarm and a hook, REST APIs, and plain
resources.
The time of each step comes from `cargo bench --bench steps`.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAM = HERE.parent / "tests/tools/sam.py"


def functions(count):
    function = (HERE / "function.yaml").read_text()
    return (HERE / "head.yaml").read_text() + "".join(function.replace("{{i}}", str(i)) for i in range(count))


def lean(count):
    """Functions with an alias and a preference, and nothing that needs not be there."""
    return "Transform: AWS::Serverless-2016-10-31\nResources:\n" + "".join(
        f"  Function{i}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: s3://bucket/{i}.zip\n      Handler: app.handler\n"
        f"      Runtime: python3.13\n      AutoPublishAlias: live\n      DeploymentPreference:\n        Type: Canary10Percent5Minutes\n"
        for i in range(count))


def routes(functions, count):
    """A REST API with `count` routes to `functions` functions, CORS and an authorizer."""
    head = """Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Handler: app.handler, Runtime: python3.13, AutoPublishAlias: live}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Cors: "'*'"
      Auth: {DefaultAuthorizer: Users, Authorizers: {Users: {UserPoolArn: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/u'}}}
"""
    return head + "".join(
        f"  Function{i}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: s3://bucket/{i}.zip\n      Events:\n" + "".join(
            f"        Route{route}: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: '/part{i}/{{id}}/r{route}', Method: get}}}}\n"
            for route in range(i, count, functions))
        for i in range(functions))


def plain(count):
    return "Resources:\n" + "".join(f"  Topic{i}:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: topic-{i}\n" for i in range(count))


def run(command):
    """Seconds of one process, and the most memory that it held, in MB."""
    with open(os.devnull, "w") as nowhere:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=nowhere, stderr=subprocess.PIPE)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{command}: {message.decode()[:500]}")
    return seconds, usage.ru_maxrss / 1024


def median(command, times):
    runs = [run(command) for _ in range(times)]
    return statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs)


def steps():
    """Milliseconds of each step by (step, functions), from the benchmark's table."""
    done = subprocess.run(["cargo", "bench", "--quiet", "--bench", "steps"], cwd=HERE.parent, capture_output=True, text=True, check=True)
    units = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3}
    found, step = {}, None
    for line in done.stdout.splitlines():
        if heading := re.search(r"─ \d (\w+)", line):
            step = heading[1]
        elif row := re.search(r"─ (\d+) +[\d.]+ \S+ +│ [\d.]+ \S+ +│ ([\d.]+) (\S+)", line):
            found[step, int(row[1])] = float(row[2]) * units[row[3]]
    return found


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("binary")
    options = cli.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        def template(name, text):
            path = Path(folder) / name
            path.write_text(text)
            return str(path)

        def ours(path, times):
            return median([options.binary, "transform", path, "--region", "us-east-1"], times)

        print("| template | canaryform | SAM | times faster | memory |\n| --- | --- | --- | --- | --- |")
        for name, text, times, sam_times in [
                ("4 functions with preferences", functions(4), 51, 9),
                ("500 functions with preferences", functions(500), 21, 5),
                ("100 functions, 300 routes of one REST API", routes(100, 300), 21, 5)]:
            path = template("small.yaml", text)
            mine, memory = ours(path, times)
            theirs, sam_memory = median([sys.executable, str(SAM), path], sam_times)
            print(f"| {name} ({len(text) / 1000:.0f} KB) | {mine * 1000:.1f} ms | {theirs * 1000:.0f} ms "
                  f"| {theirs / mine:.0f} | {memory:.0f} MB, SAM {sam_memory:.0f} MB |")
        for name, text in [("50,000 plain resources", plain(50_000)), ("20,000 small functions with preferences", lean(20_000))]:
            mine, memory = ours(template("big.yaml", text), 3)
            print(f"| {name} ({len(text) / 1e6:.1f} MB) | {mine:.2f} s | | | {memory:.0f} MB |")

        print("\n| functions | time for each |\n| --- | --- |")
        for count in [500, 1000, 2000, 4000, 8000]:
            mine, _ = ours(template("growth.yaml", functions(count)), 7)
            print(f"| {count} | {mine / count * 1e6:.0f} µs |")

        print("\n| routes of 100 functions | time for each |\n| --- | --- |")
        for count in [300, 1000, 3000]:
            mine, _ = ours(template("growth.yaml", routes(100, count)), 15)
            print(f"| {count} | {mine / count * 1e6:.0f} µs |")

    print("\n| step | 4 functions | 500 functions |\n| --- | --- | --- |")
    found = steps()
    for step in ["read", "transform", "write"]:
        print(f"| {step} | {found[step, 4]:.2f} ms | {found[step, 500]:.1f} ms |")


if __name__ == "__main__":
    main()
