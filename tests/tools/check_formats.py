#!/usr/bin/env python3
"""Holds what `canaryform check` writes for programs to their own rules.

    check_formats.py SARIF_SCHEMA

SARIF is validated against the schema (`src/schema.json` of the crate serde-sarif), lines for GitHub are parsed and must stand on the line
that the finding has in JSON, and the JUnit report is read by junitparser. Over all fixtures of rules, and files whose names and texts hold
what has to be escaped. Needs `pip install jsonschema junitparser`.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

import jsonschema
import junitparser

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "target/debug/canaryform"
ODD = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  "A%,:\\n<&>\\"'\\u0001 \\u00e4":
    Type: AWS::SQS::Que]]>
"""


def check(folder, form):
    done = subprocess.run([BINARY, "check", "--level", "info", "--format", form, "."], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return done.stdout


def github(line):
    """A workflow command as the runner of GitHub Actions reads it."""
    command, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
    unescaped = {}
    for pair in properties.split(","):
        name, value = pair.split("=", 1)
        unescaped[name] = value.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    return command, unescaped, message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def main():
    schema = json.loads(Path(sys.argv[1]).read_text())
    subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        for fixture in (ROOT / "fixtures/check").glob("*.yaml"):
            (Path(folder) / fixture.name).write_text(fixture.read_text())
        (Path(folder) / "a %,ä&<b>.yaml").write_text(ODD)
        (Path(folder) / "clean.yaml").write_text("Resources: {T: {Type: AWS::SNS::Topic}}\n")
        found = json.loads(check(folder, "json"))
        keys = [(finding["file"], finding["line"], finding["code"]) for finding in found]

        log = json.loads(check(folder, "sarif"))
        jsonschema.validators.validator_for(schema)(schema).validate(log)
        run = log["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        in_sarif = []
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"], result
            place = result["locations"][0]["physicalLocation"]
            uri = urllib.parse.unquote(place["artifactLocation"]["uri"])
            in_sarif.append((uri, place["region"]["startLine"], result["ruleId"]))
        assert in_sarif == keys, "SARIF says something else than JSON"

        lines = [github(line) for line in check(folder, "github").splitlines()]
        assert [(p["file"], int(p["line"]), p["title"]) for _, p, _ in lines] == keys, "GitHub is told something else than JSON"
        severities = {"error": "error", "warning": "warning", "info": "notice"}
        for (command, _, message), finding in zip(lines, found):
            assert command == severities[finding["severity"]], finding
            assert message == finding["message"] + ("\n" + finding["help"] if finding["help"] else ""), finding

        (Path(folder) / "report.xml").write_text(check(folder, "junit"))
        suites = junitparser.JUnitXml.fromfile(str(Path(folder) / "report.xml"))
        failed = [case for suite in suites for case in suite if case.result]
        assert len(failed) == len(found) == suites.failures, (len(failed), len(found))
        assert any(suite.name == "clean.yaml" and suite.failures == 0 and suite.tests == 1 for suite in suites)
        assert any(suite.name == "a %,ä&<b>.yaml" and suite.failures == 1 for suite in suites)
    print(f"{len(found)} findings in SARIF, GitHub's commands and JUnit")


if __name__ == "__main__":
    main()
