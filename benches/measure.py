#!/usr/bin/env python3
"""Measures all that the guide says of speed: builds what is measured, prints the tables, and puts them into its page.

    PYTHON benches/measure.py [--beside OLDER] [--write] [--quick [--built]]

PYTHON has aws-sam-translator==1.115.0; `valgrind` and GNU `time` are installed. Instructions are counted by callgrind, and
are the same in every run; times are medians of whole processes, with their output thrown away, and move with a machine's
load, as does CPU time, but less. Memory is what `time` reports: a process that Python starts itself counts Python's memory
as its own. OLDER is a file that is another build, or a commit, which is built in a worktree of its own; it is called in turn
with this build.

Templates are made here: functions with an alias, a preference, an alarm and a hook, REST APIs, and plain resources. The time
of each step comes from `cargo bench --bench steps`, how kinds of templates grow from `growth.py`, that of the deployed macro from `measure_macro.py`, those of the Python
module from `measure_python.py`.

`--quick` asks everything once or a few times, the reference only of the smallest template, and leaves out how work grows: a
try of the whole in minutes, whose times say nothing. With `--built` nothing is built: what is not in `target` is left out.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import growth as kinds
import measure_macro
import measure_python

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs/src/reference/speed.md"
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
    """Seconds of one process, and its CPU time."""
    with tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"{command}: {errors.read(500)}")
    return taken, used.ru_utime + used.ru_stime


def medians(commands, times):
    """Seconds and CPU time of each command, called in turn."""
    taken = [[] for _ in commands]
    for _ in range(times):
        for command, found in zip(commands, taken):
            found.append(seconds(command))
    return [[statistics.median(column) for column in zip(*found)] for found in taken]


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


def steps(quick):
    """Milliseconds of each step by (step, functions), from the benchmark's table."""
    short = ["--", "--sample-count", "5"] if quick else []
    done = subprocess.run(["cargo", "bench", "--quiet", "--bench", "steps", *short], cwd=ROOT, capture_output=True, text=True, check=True)
    units = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3}
    found, step = {}, None
    for line in done.stdout.splitlines():
        if heading := re.search(r"─ \d (\w+)", line):
            step = heading[1]
        elif row := re.search(r"─ (\d+) +[\d.]+ \S+ +│ [\d.]+ \S+ +│ ([\d.]+) (\S+)", line):
            found[step, int(row[1])] = float(row[2]) * units[row[3]]
    return found


COMMAND = ROOT / "target/release/canaryform"
MACRO = [ROOT / "target/release/bootstrap", ROOT / "target/release/examples/parse_and_return"]


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def build(is_built):
    """The command as `cargo build --release` makes it and as `tools/release` does; the macro is built beside the least one."""
    if is_built:
        static = ROOT / "target" / run("rustc", "--print", "host-tuple").strip() / "release/canaryform"
        found = [str(path) if path.exists() else None for path in (COMMAND, static)]
        if not any(found):
            sys.exit("nothing is built: leave --built out")
        return found
    run("cargo", "build", "--quiet", "--release")
    static = run("tools/release").strip()
    run("cargo", "build", "--quiet", "--release", "--no-default-features", "--features", "lambda",
        "--bin", "bootstrap", "--example", "parse_and_return")
    run("cargo", "build", "--quiet", "--release", "--manifest-path", "python/Cargo.toml", "--target-dir", "target")
    return str(COMMAND), str(ROOT / static)


def older(name):
    """The other build: a file, or what a commit builds."""
    if Path(name).is_file():
        return name
    commit = run("git", "rev-parse", "--short", f"{name}^{{commit}}").strip()
    built = ROOT / "target/older" / commit / "release/canaryform"
    if not built.exists():
        with tempfile.TemporaryDirectory() as folder:
            worktree = Path(folder) / "worktree"
            run("git", "worktree", "add", "--quiet", "--detach", str(worktree), commit)
            try:
                run("cargo", "build", "--quiet", "--release", "--bin", "canaryform", "--target-dir", str(built.parents[1]), cwd=worktree)
            finally:
                run("git", "worktree", "remove", "--force", str(worktree))
    return str(built)


class Tables:
    """The tables, each printed as it is made; `write` says whether the page is to have them."""

    def __init__(self, write):
        self.write = write
        self.lines = []

    def row(self, *cells):
        self.lines.append("| " + " | ".join(cells) + " |")
        print(self.lines[-1], flush=True)
        if len(self.lines) == 1:
            self.lines.append("| " + " | ".join("---" for _ in cells) + " |")
            print(self.lines[-1], flush=True)

    def end(self):
        """Ends a table. In the page it takes the place of the one that has its heading."""
        print()
        if self.write:
            text = PAGE.read_text()
            found = re.search(re.escape(self.lines[0]) + r"\n(\|.*\n)*", text)
            if not found:
                sys.exit(f"the page has no table with the heading {self.lines[0]}")
            PAGE.write_text(text[:found.start()] + "\n".join(self.lines) + "\n" + text[found.end():])
        self.lines = []


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--beside", metavar="OLDER", help="another build, or a commit, to be called in turn with this one")
    cli.add_argument("--write", action="store_true", help="put the tables into the page of the guide")
    cli.add_argument("--quick", action="store_true", help="only try whether all of it works")
    cli.add_argument("--built", action="store_true", help="build nothing, and leave out what is not built (with --quick)")
    options = cli.parse_args()
    if options.quick and options.write or options.built and not options.quick:
        cli.error("--write is for figures that say something, and --built for a quick try")
    binary, static = build(options.built)
    binary, static = (binary, static) if binary else (static, None)
    other = older(options.beside) if options.beside else None
    tables = Tables(options.write)
    with tempfile.TemporaryDirectory() as folder:
        def template(name, text):
            path = Path(folder) / name
            path.write_text(text)
            return str(path)

        def call(binary, path):
            return [binary, "transform", path, "--region", "us-east-1"]

        small, large = template("4.yaml", functions(4)), template("500.yaml", functions(500))
        large_json = template("500.json", as_json(binary, large))
        rest = template("routes.yaml", routes(100, 300))
        many = template("plain.yaml", plain(50_000))
        rows = [("4 functions with preferences", small, 51, 5), ("500 functions with preferences", large, 15, 3),
                ("the same as JSON", large_json, 15, 0), ("100 functions, 300 routes of one REST API", rest, 21, 3),
                ("50,000 plain resources", many, 5, 0)]
        tables.row("template", "canaryform", "instructions", "memory", "SAM", "times faster")
        if options.quick:
            rows = [(name, path, 1, int(path == small)) for name, path, *_ in rows]
        for name, path, times, sam_times in rows:
            [[mine, _]], size = medians([call(binary, path)], times), Path(path).stat().st_size / 1000
            theirs = faster = ""
            if sam_times:
                sam = [sys.executable, str(SAM), path]
                [[taken, _]] = medians([sam], sam_times)
                theirs, faster = f"{taken * 1000:.0f} ms, {memory(sam):.0f} MB", f"{taken / mine:.0f}"
            tables.row(f"{name} ({size:,.0f} KB)", f"{mine * 1000:.1f} ms", f"{instructions(call(binary, path)):.1f} M",
                       f"{memory(call(binary, path)):.1f} MB", theirs, faster)
        tables.end()

        def beside(label, other):
            tables = Tables(False)
            tables.row("template", "this build", label, "times", "CPU time", "instructions", f"memory of {label}")
            for name, path, times, _ in rows:
                calls = [call(binary, path), call(other, path)]
                mine, theirs = medians(calls, 3 if options.quick else max(times, 11))
                counts = [instructions(called) for called in calls]
                tables.row(name, f"{mine[0] * 1000:.1f} ms, {counts[0]:.1f} M", f"{theirs[0] * 1000:.1f} ms, {counts[1]:.1f} M",
                           *[f"{there / here:.2f}" for here, there in [*zip(mine, theirs), counts]], f"{memory(calls[1]):.1f} MB")
            tables.end()

        if static:
            beside("the static build", static)
        if other:
            beside("the older build", other)

        def growth(heading, counts, make):
            tables.row(heading, "instructions for each")
            for count in counts:
                each = instructions(call(binary, template("growth.yaml", make(count)))) * 1e6 / count
                tables.row(f"{count}", f"{each:,.0f}")
            tables.end()

        if not options.quick:
            growth("functions", [500, 1000, 2000, 4000], functions)
            growth("routes of 100 functions", [300, 1000, 3000], lambda count: routes(100, count))
            for cells in kinds.rows(binary, 8):
                tables.row(*cells)
            tables.end()

    if measure_python.LIBRARY.exists():
        for cells in measure_python.rows(measure_python.LIBRARY, functions(500), options.quick):
            tables.row(*cells)
        tables.end()

    if not options.built:
        found = steps(options.quick)
        tables.row("step (`cargo bench --bench steps`, medians)", "4 functions", "500 functions")
        for step in ["read", "transform", "write"]:
            tables.row(step, f"{found[step, 4]:.2f} ms", f"{found[step, 500]:.1f} ms")
        whole = sum(found[step, 500] for step in ["read", "transform", "write"])
        tables.row("all three, beside serde_json that parses the same template and writes it in lines", "",
                   f"{whole / found['serde_json', 500]:.1f} times")
        tables.row("a macro call of 1 MB, beside parsing it and returning it", "", f"{found['macro', 150] / found['returning', 150]:.2f} times")
        tables.end()

    if all(path.exists() for path in MACRO):
        for cells in measure_macro.rows(*MACRO, options.quick):
            tables.row(*cells)
        tables.end()


if __name__ == "__main__":
    main()
