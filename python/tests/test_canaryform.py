"""The module as a program uses it.

    python -m unittest discover python/tests

With CANARYFORM naming the command, its answers to all fixtures are compared, too.
"""

import collections
import concurrent.futures
import contextlib
import copy
import dataclasses
import datetime
import gc
import io
import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
import threading
import types
import unittest
import weakref
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

    def test_what_other_readers_make_of_a_text_is_read_as_the_text(self):
        given = types.MappingProxyType({
            "Resources": collections.OrderedDict(T={
                "Type": "AWS::SNS::Topic",
                "Metadata": {200: "a", True: "b", None: "c", 1.5: "d", datetime.date(2012, 10, 17): datetime.date(2012, 10, 18)},
                "Properties": {"Tuple": (1, -2, 2**64 - 1, 0.5, False, None), "Own": collections.UserDict(é="\u2028😀")},
            }),
        })
        text = """{"Resources": {"T": {"Type": "AWS::SNS::Topic",
            "Metadata": {"200": "a", "true": "b", "null": "c", "1.5": "d", "2012-10-17": "2012-10-18"},
            "Properties": {"Tuple": [1, -2, 18446744073709551615, 0.5, false, null], "Own": {"é": "\\u2028😀"}}}}}"""
        result = canaryform.transform(given)
        self.assertEqual(json.loads(text), result.template)
        self.assertEqual(canaryform.transform(text), result)
        self.assertEqual(["200", "true", "null", "1.5", "2012-10-17"], list(result.template["Resources"]["T"]["Metadata"]))

    def test_what_no_template_can_hold_is_found(self):
        endless = {}
        endless["Resources"] = endless
        many = ["x" * 1_000_000] * 100
        for given, code, path in [
            ({"Resources": {"T": {"Type": 2**64}}}, "number-out-of-range", "Resources/T/Type"),
            ({"Resources": {1: {}, "1": []}}, "duplicate-key", "Resources/1"),
            (endless, "nested-too-deep", "/".join(["Resources"] * 100)),
            ({"Resources": many}, "too-many-aliases", "Resources/67"),
        ]:
            result = canaryform.transform(given)
            self.assertIsNone(result.template)
            [found] = result.findings
            self.assertEqual((code, path, None), (found.code, found.path, found.line))
        allowed = canaryform.transform({"Resources": {1: {}, "1": {"Type": "AWS::SNS::Topic"}}}, allow=["duplicate-key"])
        self.assertEqual({"Resources": {"1": {"Type": "AWS::SNS::Topic"}}}, allowed.template)

    def test_what_json_does_not_have_is_refused_with_its_place(self):
        for wrong in [b"x", {1, 2}, datetime.datetime(2026, 1, 1), object(), float("inf"), "\ud800"]:
            with self.assertRaises(ValueError) as raised:
                canaryform.transform({"Resources": {"T": {"Properties": ["x", wrong]}}})
            self.assertIn("Resources/T/Properties/1", str(raised.exception))
        with self.assertRaisesRegex(ValueError, "`Stage`"):
            canaryform.transform(canary(), {"Stage": 2**70})

    def test_results_can_be_kept_and_sent(self):
        template = canaryform.transform(canary()).template
        for again in [lambda of: pickle.loads(pickle.dumps(of)), copy.copy, copy.deepcopy, lambda of: of, dataclasses.replace]:
            result = canaryform.transform(canary())
            self.assertEqual(result, again(result))
            self.assertEqual(template, again(result).template)
            self.assertEqual(template, again(canaryform.transform(canary())).template)
        self.assertEqual(template, dataclasses.asdict(canaryform.transform(canary()))["template"])
        self.assertIn("'GreeterAliaslive'", repr(canaryform.transform(canary())))
        self.assertNotEqual(canaryform.transform(canary()), canaryform.transform(canary().replace("live", "other")))
        with self.assertRaises(dataclasses.FrozenInstanceError):
            canaryform.transform(canary()).template = {}
        with self.assertRaisesRegex(AttributeError, "'Result' object has no attribute 'templat'"):
            canaryform.transform(canary()).templat

    def test_a_template_is_made_once_and_when_it_is_read(self):
        result = canaryform.transform(canary())
        self.assertEqual([], result.errors)
        self.assertNotIn("template", vars(result))
        template = result.template
        self.assertIs(template, result.template)
        self.assertEqual({"template", "findings", "deployments"}, set(vars(result)))
        template["Metadata"] = {"Own": result}
        kept = weakref.ref(result)
        del result, template
        gc.collect()
        self.assertIsNone(kept(), "a circle through the template is found")
        for _ in range(50):
            result = canaryform.transform(canary())
            start = threading.Barrier(4)
            with concurrent.futures.ThreadPoolExecutor(4) as threads:
                read = [threads.submit(lambda: (start.wait(), result.template)[1]) for _ in range(4)]
            self.assertEqual(1, len({id(reading.result()) for reading in read}))

    def test_the_collector_is_left_as_it_is(self):
        self.assertTrue(gc.isenabled())
        self.assertTrue(canaryform.transform(canary()).template)
        self.assertTrue(gc.isenabled())
        gc.disable()
        self.addCleanup(gc.enable)
        self.assertTrue(canaryform.transform(canary()).template)
        self.assertFalse(gc.isenabled())

    def test_a_template_is_text_as_the_command_writes_it(self):
        for format in ["yaml", "json"]:
            command = [sys.executable, "-m", "canaryform", "transform", str(FIXTURES / "gradual/canary.yaml"), "--format", format]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            result = canaryform.transform(canary())
            write = getattr(result, "to_" + format)
            self.assertEqual(done.stdout.decode(), write())
            template = result.template
            self.assertEqual(done.stdout.decode(), write())
            template["Resources"]["Inbox"] = {"Type": "AWS::SQS::Queue"}
            self.assertEqual(template, canaryform.transform(write()).template)
            template["Resources"]["Inbox"] = {1, 2}
            with self.assertRaisesRegex(ValueError, "set at Resources/Inbox"):
                write()
            template["Resources"]["Inbox"] = 2**64
            with self.assertRaisesRegex(ValueError, "number-out-of-range.*Resources/Inbox"):
                write()
            broken = canaryform.transform((FIXTURES / "refused/errors-and-warnings.yaml").read_text())
            with self.assertRaisesRegex(ValueError, "the template has errors:\nerror.deployment-without-alias"):
                getattr(broken, "to_" + format)()

    def test_an_ignored_finding_about_reading_is_not_told(self):
        text = "Resources: {T: {Type: 'AWS::SNS::Topic', Metadata: {Is: yes}}}\n"
        self.assertEqual(["word-changed-by-reading"], [found.code for found in canaryform.transform(text).findings])
        text += "Metadata: {Canaryform: {Ignore: {word-changed-by-reading: it is meant}}}\n"
        self.assertEqual([], canaryform.transform(text).findings)

    def test_faults_are_an_answer(self):
        result = canaryform.transform((FIXTURES / "refused/errors-and-warnings.yaml").read_text())
        self.assertIsNone(result.template)
        [error] = result.errors
        self.assertEqual(("deployment-without-alias", 10), (error.code, error.line))
        self.assertEqual(
            "error[deployment-without-alias]: `DeploymentPreference` needs an alias whose traffic it can shift (line 10, column 7); "
            "add `AutoPublishAlias: live`, or switch this off with `Enabled: false`",
            str(error),
        )

    def test_a_path_is_read_and_its_name_is_no_text(self):
        path = FIXTURES / "gradual/canary.yaml"
        self.assertEqual(canaryform.transform(canary()), canaryform.transform(path))
        with self.assertRaises(OSError):
            canaryform.transform(FIXTURES / "nothing.yaml")
        for name in [str(path), "template.yaml", "nothing.json"]:
            with self.assertRaisesRegex(ValueError, "pathlib.Path"):
                canaryform.transform(name)
        for text in ["Resources: template.yaml", '{"a": "b.json"}', "template", ""]:
            self.assertIsNone(canaryform.transform(text).template)

    def test_local_code_starts_at_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "template.yaml"
            (Path(folder) / "src").mkdir()
            (Path(folder) / "src/app.py").write_text("1")
            path.write_text(canary().replace("s3://bucket/greeter.zip", "src"))
            [refused] = canaryform.transform(path).errors
            self.assertEqual("local-code-unavailable", refused.code)
            self.assertEqual([], canaryform.transform(path, code="read").errors)
            self.assertEqual(canaryform.transform(path, code="read"), canaryform.transform(path.read_text(), code="read", code_root=folder))

    def test_no_message_shows_a_value(self):
        for wrong in [{"Secret": {"hunter2": 1}}, {"Secret": b"hunter2"}, {"Secret": float("nan")}, {"Secret": "hunter2\ud800"}]:
            try:
                result = canaryform.transform(canary(), wrong)
                said = str(result.findings)
            except ValueError as fault:
                said = repr(fault)
            self.assertNotIn("hunter2", said)

    def test_arguments_that_are_none_are_refused(self):
        for arguments in [{"code": "look"}, {"allow": ["no-such-code"]}]:
            with self.assertRaises(ValueError):
                canaryform.transform(canary(), **arguments)
        for wrong in [None, 1, ["Resources"]]:
            with self.assertRaises(TypeError):
                canaryform.transform(wrong)

    def test_the_schema_is_one(self):
        self.assertIn("AWS::Serverless::Function", canaryform.schema()["definitions"])

    def test_the_command_is_in_the_wheel(self):
        command = [sys.executable, "-m", "canaryform"]
        done = subprocess.run([*command, "transform", str(FIXTURES / "gradual/canary.yaml")], capture_output=True, check=True)
        self.assertIn(b"GreeterAliaslive", done.stdout)
        done = subprocess.run([*command, "transform", "no-such-file.yaml"], capture_output=True, check=False)
        self.assertEqual(2, done.returncode)

    def test_what_the_guide_shows_runs(self):
        known = {"managed_policies": {}, "parser": None, "sam_template": {"Resources": {"F": {"Type": "AWS::Serverless::Function"}}}, "parameter_values": {}}
        asked = 0
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            Path("template.yaml").write_text(canary())
            for page in ["docs/src/tasks/python.md", "python/README.md"]:
                for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S):
                    printed = io.StringIO()
                    with contextlib.redirect_stdout(printed):
                        exec(block, dict(known))
                    self.assertRegex(printed.getvalue(), "GreeterAliaslive|id \\[F\\] is invalid")
                    asked += 1
        self.assertEqual(4, asked)

    @unittest.skipUnless(os.environ.get("CANARYFORM"), "CANARYFORM names no command")
    def test_every_fixture_is_answered_as_by_the_command(self):
        asked = 0
        for fixture in sorted(FIXTURES.rglob("*.yaml")):
            command = [os.environ["CANARYFORM"], "transform", str(fixture), "--code", "refuse", "--region", "us-east-1", "--format", "json", "--diagnostics", "json"]
            done = subprocess.run(command, capture_output=True, check=False)
            result = canaryform.transform(fixture.read_bytes())
            with self.subTest(fixture.relative_to(FIXTURES)):
                texts = [result.to_json(), result.to_yaml()] if done.stdout else None
                self.assertEqual(json.loads(done.stdout) if done.stdout else None, result.template)
                told = [{**found, "file": None} for found in json.loads(done.stderr or b"[]")]
                self.assertEqual(told, [{**vars(found), "file": None} for found in result.findings])
                if result.template is not None:
                    self.assertEqual(done.stdout.decode(), texts[0])
                    self.assertEqual(texts, [result.to_json(), result.to_yaml()])
                    # What was made, as text and as it is: the same tree is read of both.
                    again = canaryform.transform(json.dumps(result.template))
                    self.assertEqual(again.template, canaryform.transform(result.template).template)
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


class Environment(unittest.TestCase):
    def test_is_as_it_was_once_the_module_is_loaded(self):
        shown = "import canaryform, os; print(os.environ.get('MIMALLOC_PURGE_DELAY'), os.popen('echo $MIMALLOC_PURGE_DELAY').read().strip())"
        for given, wanted in [({}, "None "), ({"MIMALLOC_PURGE_DELAY": "5"}, "5 5")]:
            with self.subTest(given):
                path = os.pathsep.join(sys.path)
                environment = {**os.environ, "PYTHONPATH": path, **given}
                done = subprocess.run([sys.executable, "-c", shown], env=environment, capture_output=True, text=True)
                self.assertEqual((done.stdout.rstrip("\n"), done.stderr), (wanted, ""))


if __name__ == "__main__":
    unittest.main()
