#!/usr/bin/env python3
"""Puts our translator into the place of SAM CLI's, and compares what `sam validate` says; then asks both translators alone.

    PYTHONPATH=WHEEL stand_in.py

`canaryform.translator.Translator` takes the place of the import in `samcli.lib.translate.sam_template_validator`; the
function behind `sam validate` then runs twice, over the starter projects that the package ships, and over the templates as
they were written of `../shared/real`, where those are. Then our translator, called as a program calls it that has read a
template, gets those of `../shared/conformance`: the answers must be the recorded ones, and of what is refused the same
resources blamed. Prints what differs, and a table; exit code 1 where something differs that is not listed here.

Needs `pip install aws-sam-cli`, and WHEEL, a folder in which the wheel of `python/` is unpacked.
"""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ[name] = "none"
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["SAM_CLI_TELEMETRY"] = "0"

import samcli
from boto3.session import Session
from cookiecutter.main import cookiecutter
from samcli.commands.exceptions import UserException
from samcli.commands.validate import validate
from samcli.lib.translate import sam_template_validator
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.translator import Translator as Theirs
from samtranslator.yaml_helper import yaml_parse

from canaryform.translator import Translator as Ours

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
STARTERS = Path(samcli.__file__).parent / "lib/init/templates"
#: The parameters that the answers of `../shared/conformance` were recorded with.
PARAMETERS = {"param1": "value1", "param2": "value2"}


#: Real templates on which the verdicts differ on purpose.
DIFFERENCES = {
    "aws-samples__serverless-patterns__apigw-mappingtemplate-lambda-nodejs-template": "a property beside `Properties`, which is refused",
}


def verdict(template, translator, region="us-east-1"):
    """What `sam validate` says of a template with this translator."""
    sam_template_validator.Translator = translator
    try:
        validate.do_cli(SimpleNamespace(profile=None, region=region), str(template), False, False)
    except UserException as refused:
        return "refused", type(refused).__name__
    return "valid", ""


def starters(folder):
    for starter in sorted(STARTERS.iterdir()):
        if (starter / "cookiecutter.json").exists():
            yield Path(cookiecutter(str(starter), no_input=True, output_dir=folder, extra_context={"project_name": starter.name})) / "template.yaml"


def owners(ids, template):
    """The resources that are blamed: the reference names an event by its own name, or behind that of its function."""
    resources = template.get("Resources") or {}
    beginnings = [[name for name in resources if id.startswith(str(name))] for id in ids]
    return sorted({max(names, key=len) for names in beginnings if names})


def answer(template):
    """The template that our translator makes, or the resources that it blames."""
    translator = Ours(None, Parser(), [], Session(region_name="ap-southeast-1"))
    try:
        made = translator.translate(template, dict(PARAMETERS), get_managed_policy_map=dict)
    except InvalidDocumentException as refused:
        return "refused", owners([getattr(cause, "_logical_id", "") for cause in refused.causes], template)
    made.pop("Transform", None)
    return "valid", comparable(made)


def recorded(template):
    """The same, as the reference answered it."""
    made = template.with_suffix(".json")
    if made.exists():
        return "valid", comparable(json.loads(made.read_text()))
    blamed = json.loads(template.with_suffix(".error.json").read_text())["resources"]
    return "refused", owners(blamed, yaml_parse(template.read_text()))


def difference(theirs, ours, path=""):
    """Where two answers differ first."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        pairs = ((name, theirs.get(name, "nothing"), ours.get(name, "nothing")) for name in {**theirs, **ours})
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        pairs = zip(range(len(ours)), theirs, ours)
    else:
        return None if theirs == ours else f"{path}: {json.dumps(theirs)[:200]}, ours {json.dumps(ours)[:200]}"
    return next(filter(None, (difference(one, other, f"{path}/{name}") for name, one, other in pairs)), None)


def comparable(value):
    """With lists in one order: the reference takes some of them out of sets."""
    if isinstance(value, dict):
        return {str(name): comparable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((comparable(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True, default=str))
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def main():
    logging.disable(logging.CRITICAL)
    validate.click.secho = lambda *_, **__: None
    # It asks AWS for the names of managed policies.
    ManagedPolicyLoader.load = lambda _: {}
    rows, wrong = [], []

    def compare(group, cases):
        same = {}
        count = 0
        for name, theirs, ours in cases:
            count += 1
            if theirs == ("refused", []):
                # It names nobody; ours may.
                ours = (ours[0], [])
            fault = difference(theirs, ours) if name not in DIFFERENCES else None if theirs != ours else "no longer differs"
            if fault is None:
                same[ours[0]] = same.get(ours[0], 0) + (theirs == ours)
            else:
                wrong.append(f"{group}: {name}: {fault}")
        rows.append((group, count, same.get("valid", 0), same.get("refused", 0), count - sum(same.values())))

    with tempfile.TemporaryDirectory() as folder:
        made = list(starters(folder))
        compare("sam validate: starters", ((path.parent.name, verdict(path, Theirs), verdict(path, Ours)) for path in made))
    real = sorted(SHARED.glob("real/*/*.source.yaml"))
    compare("sam validate: real", ((path.name.removesuffix(".source.yaml"), verdict(path, Theirs), verdict(path, Ours)) for path in real))

    # Without those for which the repository of applications must be asked.
    cases = [path for path in sorted(SHARED.glob("conformance/*/*.yaml")) if not path.name.startswith("application_preparing")]
    compare("translator: conformance", ((path.name, recorded(path), answer(yaml_parse(path.read_text()))) for path in cases))
    print("\n".join(wrong))
    print("| what | templates | both take | both refuse | differ |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
