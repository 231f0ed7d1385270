"""What aws-sam-translator, the reference, makes of a template: without an account and without a network."""

import functools
import json
import os
import re
from pathlib import Path

os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import boto3  # noqa: E402
import samtranslator  # noqa: E402
from samtranslator.model.exceptions import InvalidDocumentException  # noqa: E402
from samtranslator.translator import arn_generator  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

MANAGED_POLICIES = json.loads((Path(samtranslator.__file__).parent / "internal/data/aws_managed_policies.json").read_text())


class ManagedPolicies:
    """The list of managed policies that ships with the translator, which would otherwise ask an account."""

    def __init__(self, partition):
        self._policies = MANAGED_POLICIES.get(partition, {})

    def load(self):
        return dict(self._policies)


def read(text):
    """The template in `text`; dates, which JSON does not know, as text."""
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            pass
    return json.loads(json.dumps(yaml_parse(text), default=str))


def lists(template, parameters):
    """The parameters with lists for those of list types, as CloudFormation hands them on."""
    values = dict(parameters or {})
    declared = template.get("Parameters") if isinstance(template, dict) else None
    for name, declaration in (declared.items() if isinstance(declared, dict) else ()):
        kind = declaration.get("Type") if isinstance(declaration, dict) else None
        if not isinstance(kind, str) or not (kind == "CommaDelimitedList" or kind.startswith("List<")):
            continue
        value = values.get(name, declaration.get("Default"))
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            values[name] = [item.strip() for item in str(value).split(",")]
    return values


@functools.cache
def session(region):
    """A session of a region: one takes longer to make than most templates to translate, and few regions are asked for."""
    return boto3.session.Session(region_name=region)


def translate(text, region="us-east-1", parameters=None):
    """`{"template": ...}`, or `{"errors": [...], "resources": [...]}` with the logical ids that are blamed, or `{"crash": ...}`."""
    arn_generator._get_region_from_session.cache_clear()
    os.environ["AWS_DEFAULT_REGION"] = region
    boto3.DEFAULT_SESSION = session(region)
    try:
        policies = ManagedPolicies(arn_generator.ArnGenerator.get_partition_name(region))
        template = read(text)
        return {"template": transform(template, lists(template, parameters), policies)}
    except InvalidDocumentException as error:
        causes = [cause.message for cause in error.causes]
        blamed = {name for cause in causes for name in re.findall(r"with id \[([^\]]+)\]", cause)}
        return {"errors": causes, "resources": sorted(blamed)}
    except Exception as error:  # noqa: BLE001  the translator itself broke: there is no answer
        return {"crash": f"{type(error).__name__}: {error}"}


def header(text):
    """The options in the comment at the top of a fixture: region and parameters."""
    region, parameters = "us-east-1", {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        key, _, value = line.lstrip("# ").partition(": ")
        if key == "region":
            region = value.strip()
        elif key == "parameters":
            parameters = dict(pair.split("=", 1) for pair in value.split())
    return region, parameters


if __name__ == "__main__":
    # A whole process of the reference, to measure against: a template's path in, its answer out.
    import logging
    import sys

    logging.disable(logging.CRITICAL)
    json.dump(translate(Path(sys.argv[1]).read_text()), sys.stdout, indent=2)
