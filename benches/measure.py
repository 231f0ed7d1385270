#!/usr/bin/env python3
"""Measures whole processes of canaryform beside the reference's, and prints the tables of the README.

    cargo build --release && PYTHON benches/measure.py target/release/canaryform [--beside OLDER] [--static STATIC] [--brief]

PYTHON has aws-sam-translator==1.115.0; `valgrind` and GNU `time` are installed. Instructions are counted by callgrind, and
are the same in every run; times are medians of whole processes, with their output thrown away, and move with a machine's
load. Memory is what `time` reports: a process that Python starts itself counts Python's memory as its own.
OLDER is another build, which is called in turn with this one; STATIC is what `tools/release` makes.
Templates are made here: functions with an alias, a preference, an alarm and a hook, REST APIs, and plain resources.
The time of each step comes from `cargo bench --bench steps`.
"""

import argparse
import json
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


def as_json(binary, path):
    """A template without SAM's transform is written as it is read, so this is the same template as JSON."""
    text = Path(path).read_text()
    transform = "Transform: AWS::Serverless-2016-10-31\n"
    assert transform in text
    plain = path + ".plain.yaml"
    Path(plain).write_text(text.replace(transform, "").replace("\nGlobals:", "\nOwn:").replace("AWS::Serverless::", "Own::"))
    written = subprocess.run([binary, "transform", plain, "--format", "json"], capture_output=True, text=True, check=True).stdout
    template = json.loads(written.replace("Own::", "AWS::Serverless::").replace("\n  \"Own\":", "\n  \"Globals\":"))
    return json.dumps({"Transform": "AWS::Serverless-2016-10-31", **template}, indent=2)


def seconds(command):
    """Seconds of one process."""
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    taken = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{command}: {done.stderr.decode()[:500]}")
    return taken


def medians(commands, times):
    """Seconds of each command, called in turn."""
    taken = [[] for _ in commands]
    for _ in range(times):
        for command, found in zip(commands, taken):
            found.append(seconds(command))
    return [statistics.median(found) for found in taken]


def memory(command):
    """The most memory that a process held, in MB."""
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", report.name, *command], stdout=subprocess.DEVNULL, check=True)
        return int(report.read()) / 1024


def instructions(command):
    """How many instructions a process takes, in millions."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]) / 1e6


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
    cli.add_argument("--beside", metavar="OLDER", help="another build, to be called in turn with this one")
    cli.add_argument("--static", metavar="STATIC", help="the build of tools/release")
    cli.add_argument("--brief", action="store_true", help="leave out how time grows, and the steps")
    options = cli.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        def template(name, text):
            path = Path(folder) / name
            path.write_text(text)
            return str(path)

        def call(binary, path):
            return [binary, "transform", path, "--region", "us-east-1"]

        def alone(path, times):
            return medians([call(options.binary, path)], times)[0]

        small, large = template("4.yaml", functions(4)), template("500.yaml", functions(500))
        large_json = template("500.json", as_json(options.binary, large))
        rest = template("routes.yaml", routes(100, 300))
        many = template("plain.yaml", plain(50_000))
        rows = [("4 functions with preferences", small, 51, 5), ("500 functions with preferences", large, 15, 3),
                ("the same as JSON", large_json, 15, 0), ("100 functions, 300 routes of one REST API", rest, 21, 3),
                ("50,000 plain resources", many, 5, 0)]
        print("| template | canaryform | instructions | memory | SAM | times faster |\n| --- | --- | --- | --- | --- | --- |")
        for name, path, times, sam_times in rows:
            mine, size = alone(path, times), Path(path).stat().st_size / 1000
            sam = [sys.executable, str(SAM), path]
            theirs = f"{medians([sam], sam_times)[0] * 1000:.0f} ms, {memory(sam):.0f} MB" if sam_times else ""
            faster = f"{float(theirs.split()[0]) / 1000 / mine:.0f}" if sam_times else ""
            print(f"| {name} ({size:,.0f} KB) | {mine * 1000:.1f} ms | {instructions(call(options.binary, path)):.1f} M "
                  f"| {memory(call(options.binary, path)):.0f} MB | {theirs} | {faster} |", flush=True)

        others = [("older", options.beside), ("static", options.static)]
        for label, other in [(label, other) for label, other in others if other]:
            print(f"\n| template | this build | {label} build | ratio of times | of instructions | memory of the {label} one |\n| --- | --- | --- | --- | --- | --- |")
            for name, path, times, _ in rows:
                mine, theirs = medians([call(options.binary, path), call(other, path)], max(times, 11))
                counts = [instructions(call(binary, path)) for binary in (options.binary, other)]
                print(f"| {name} | {mine * 1000:.1f} ms, {counts[0]:.1f} M | {theirs * 1000:.1f} ms, {counts[1]:.1f} M "
                      f"| {theirs / mine:.2f} | {counts[1] / counts[0]:.2f} | {memory(call(other, path)):.0f} MB |", flush=True)

        if options.brief:
            return
        print("\n| functions | time for each |\n| --- | --- |")
        for count in [500, 1000, 2000, 4000, 8000]:
            mine = alone(template("growth.yaml", functions(count)), 7)
            print(f"| {count} | {mine / count * 1e6:.0f} µs |", flush=True)

        print("\n| routes of 100 functions | time for each |\n| --- | --- |")
        for count in [300, 1000, 3000]:
            mine = alone(template("growth.yaml", routes(100, count)), 15)
            print(f"| {count} | {mine / count * 1e6:.0f} µs |", flush=True)

    found = steps()
    print("\n| step | 4 functions | 500 functions |\n| --- | --- | --- |")
    for step in ["read", "transform", "write"]:
        print(f"| {step} | {found[step, 4]:.2f} ms | {found[step, 500]:.1f} ms |")
    whole = sum(found[step, 500] for step in ["read", "transform", "write"])
    print(f"| all three, beside serde_json that parses the same template and writes it in lines | | {whole / found['serde_json', 500]:.1f} times |")
    print(f"| a macro call of 1 MB, beside parsing it and returning it | | {found['macro', 150] / found['returning', 150]:.2f} times |")


if __name__ == "__main__":
    main()
