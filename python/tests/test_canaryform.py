"""The module as a program uses it; where the reference is installed, beside it.

    python -m unittest discover python/tests

With CANARYFORM naming the command, its answers to all fixtures are compared, too.
"""

import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

import canaryform
from canaryform.translator import InvalidDocumentException, Translator

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
CONFORMANCE = ROOT.parent / "shared/conformance"


def canary():
    return (FIXTURES / "gradual/canary.yaml").read_text()


class Transform(unittest.TestCase):
    def test_text_becomes_a_template(self):
        result = canaryform.transform(canary(), region="eu-west-1")
        self.assertEqual([], result.errors)
        self.assertEqual("AWS::Lambda::Alias", result.template["Resources"]["GreeterAliaslive"]["Type"])
        [greeter] = result.deployments
        self.assertEqual(("Greeter", "live", "GreeterDeploymentGroup"), (greeter.function, greeter.alias, greeter.group_id))

    def test_a_dict_is_as_good_as_its_text(self):
        template = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Parameters": {"Alias": {"Type": "String"}},
            "Resources": {
                "Greeter": {
                    "Type": "AWS::Serverless::Function",
                    "Properties": {"CodeUri": "s3://b/k", "Handler": "a.b", "Runtime": "python3.13", "AutoPublishAlias": {"Ref": "Alias"}},
                }
            },
        }
        before = json.dumps(template)
        result = canaryform.transform(template, {"Alias": "live"})
        self.assertIn("GreeterAliaslive", result.template["Resources"])
        self.assertEqual(before, json.dumps(template), "what was given is not touched")
        self.assertEqual(result, canaryform.transform(before, {"Alias": "live"}))

    def test_faults_are_an_answer(self):
        result = canaryform.transform((FIXTURES / "refused/errors-and-warnings.yaml").read_text())
        self.assertIsNone(result.template)
        [error] = result.errors
        self.assertEqual(("deployment-without-alias", 10), (error.code, error.line))
        self.assertIn("deployment-without-alias", str(error))

    def test_no_message_shows_a_value(self):
        for wrong in [{"Secret": {"hunter2": 1}}, {"Secret": b"hunter2"}, {"Secret": float("nan")}]:
            try:
                result = canaryform.transform(canary(), wrong)
                said = str(result.findings)
            except ValueError as fault:
                said = str(fault)
            self.assertNotIn("hunter2", said)

    def test_arguments_that_are_none_are_refused(self):
        for arguments in [{"code": "look"}, {"allow": ["no-such-code"]}]:
            with self.assertRaises(ValueError):
                canaryform.transform(canary(), **arguments)
        with self.assertRaises(ValueError):
            canaryform.transform({"Resources": {1: object()}})

    def test_the_schema_is_one(self):
        self.assertIn("AWS::Serverless::Function", canaryform.schema()["definitions"])

    def test_the_command_is_in_the_wheel(self):
        command = [sys.executable, "-m", "canaryform"]
        done = subprocess.run([*command, "transform", str(FIXTURES / "gradual/canary.yaml")], capture_output=True, check=True)
        self.assertIn(b"GreeterAliaslive", done.stdout)
        done = subprocess.run([*command, "transform", "no-such-file.yaml"], capture_output=True, check=False)
        self.assertEqual(2, done.returncode)

    @unittest.skipUnless(os.environ.get("CANARYFORM"), "CANARYFORM names no command")
    def test_every_fixture_is_answered_as_by_the_command(self):
        asked = 0
        for fixture in sorted(FIXTURES.rglob("*.yaml")):
            command = [os.environ["CANARYFORM"], "transform", str(fixture), "--code", "refuse", "--region", "us-east-1", "--format", "json", "--diagnostics", "json"]
            done = subprocess.run(command, capture_output=True, check=False)
            result = canaryform.transform(fixture.read_bytes())
            with self.subTest(fixture.relative_to(FIXTURES)):
                self.assertEqual(json.loads(done.stdout) if done.stdout else None, result.template)
                told = [(found["code"], found["message"], found["line"]) for found in json.loads(done.stderr or b"[]")]
                self.assertEqual(told, [(found.code, found.message, found.line) for found in result.findings])
            asked += 1
        self.assertGreater(asked, 100)


class StandIn(unittest.TestCase):
    def test_it_translates_and_raises(self):
        template = {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"Runtim": "x"}}}}
        with self.assertRaises(InvalidDocumentException) as raised:
            Translator({}, None).translate(template, {})
        self.assertTrue(raised.exception.causes)
        self.assertIn("Resource with id [F] is invalid.", raised.exception.causes[0].message)
        template["Resources"]["F"]["Properties"] = {"Runtime": "python3.13", "Handler": "a.b", "CodeUri": "s3://b/k"}
        self.assertIn("FRole", Translator({}, None, []).translate(template, {})["Resources"])

    @unittest.skipUnless(CONFORMANCE.is_dir(), "the recorded answers are not there")
    def test_recorded_answers_come_out(self):
        asked, other = 0, []
        for recorded in sorted(CONFORMANCE.rglob("*.json")):
            if recorded.name.endswith((".error.json", ".parameters.json")) or recorded.suffixes != [".json"]:
                continue
            source = recorded.with_suffix(".yaml")
            if not source.exists():
                continue
            if source.name.startswith("application"):
                # The repository of applications is asked there, which nobody can offline.
                continue
            # Those that the answers were recorded with.
            parameters = {"param1": "value1", "param2": "value2"}
            result = canaryform.transform(source.read_text(), parameters, region="ap-southeast-1", allow=["duplicate-key", "attribute-misplaced"])
            wanted = json.loads(recorded.read_text())
            asked += 1
            if result.template is None or comparable(result.template) != comparable(wanted):
                other.append(source.name)
        print(f"{asked - len(other)} of {asked} recorded answers come out")
        self.assertGreater(asked, 50)
        self.assertEqual([], other)


def comparable(value, key=""):
    """Without `Transform`, and with lists in one order: the reference takes some of them out of sets."""
    if isinstance(value, dict):
        return {name: comparable(inner, name) for name, inner in value.items() if name != "Transform" or key}
    if isinstance(value, list):
        return sorted((comparable(item, "item") for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


class Speed(unittest.TestCase):
    """How many times faster than the reference it is, by the time of the processor, which other processes move less."""

    def test_five_hundred_functions(self):
        try:
            from samtranslator.translator.transform import transform as reference
            from samtranslator.yaml_helper import yaml_parse
        except ImportError:
            self.skipTest("the reference is not installed")
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        head, function = (ROOT / "benches/head.yaml").read_text(), (ROOT / "benches/function.yaml").read_text()
        text = head + "".join(function.replace("{{i}}", str(number)) for number in range(500))

        class Policies:
            def load(self):
                return {}

        def fastest(work, times):
            taken = []
            for _ in range(times):
                start = time.process_time()
                work()
                taken.append(time.process_time() - start)
            return min(taken)

        as_json = json.dumps(yaml_parse(text))
        for what, given, parse in [("YAML", text, yaml_parse), ("JSON", as_json, json.loads)]:
            theirs = fastest(lambda: reference(parse(given), {}, Policies()), 2)
            ours = fastest(lambda: canaryform.transform(given), 5)
            print(f"500 functions, {what}: {theirs:.2f} s by the reference, {ours:.3f} s here: {theirs / ours:.0f} times")


if __name__ == "__main__":
    unittest.main()
