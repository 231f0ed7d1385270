"""Expands SAM's gradual Lambda deployments into plain CloudFormation, offline, with the ids that SAM gives."""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from . import _native

__version__: str = _native.__version__
__all__ = ["Deployment", "Finding", "Result", "main", "schema", "transform"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a template, or odd about it."""

    code: str
    """What kind of finding it is; the same for good."""
    severity: str
    """`error`, `warning` or `info`."""
    message: str
    help: Optional[str]
    resource: Optional[str]
    """The logical id of the resource that it is about."""
    path: str
    """The place in the template: `Resources/Greeter/Properties/Timeout`."""
    line: Optional[int]
    column: Optional[int]

    def __str__(self) -> str:
        place = f" at {self.path}" if self.path else ""
        return f"{self.severity}[{self.code}]: {self.message}{place}"


@dataclass(frozen=True)
class Deployment:
    """A function whose changes are published as versions behind an alias."""

    function: str
    """The logical id of the function."""
    alias: str
    """The alias's name in Lambda."""
    alias_id: str
    version_id: str
    """The logical id of the version, which is another one when something else is published."""
    group_id: Optional[str]
    """The logical id of the CodeDeploy group that shifts the traffic; `None` where it moves at once."""
    condition: Optional[str]


@dataclass(frozen=True)
class Result:
    """What becomes of a template."""

    template: Optional[dict[str, Any]]
    """Plain CloudFormation; `None` where the template has errors."""
    findings: list[Finding]
    deployments: list[Deployment]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]


def transform(
    template: Union[Mapping[str, Any], str, bytes],
    parameters: Optional[Mapping[str, Any]] = None,
    *,
    region: str = "us-east-1",
    code: str = "refuse",
    code_root: Union[str, "os.PathLike[str]"] = ".",
    allow: Iterable[str] = (),
    deny: Iterable[str] = (),
) -> Result:
    """Turns a SAM template into plain CloudFormation.

    `template` is text, YAML or JSON, or what was read of it, intrinsics in their long form. `parameters` are the values that
    the stack is deployed with. What local paths come to says `code`: `refuse` them, `read` what lies there, from
    `code_root`, `ignore` it, or do as `sam`, which refuses local code and leaves local includes as they are. `allow` and `deny` are codes of findings, as the command takes them.

    A template with errors is an ordinary answer. `ValueError` is raised for arguments that are none.
    """
    if isinstance(template, bytes):
        text = template
    elif isinstance(template, str):
        text = template.encode()
    else:
        text = _json(template, "template").encode()
    made, findings, deployments = _native.transform(
        text,
        _json(dict(parameters or {}), "parameters"),
        region,
        code,
        os.fspath(code_root),
        list(allow),
        list(deny),
    )
    fields = Finding.__dataclass_fields__
    return Result(
        json.loads(made) if made is not None else None,
        [Finding(**{name: found.get(name) for name in fields}) for found in json.loads(findings)],
        [Deployment(**deployed) for deployed in json.loads(deployments)],
    )


def _json(value: Any, what: str) -> str:
    try:
        return json.dumps(value, allow_nan=False, default=_text)
    except (TypeError, ValueError, RecursionError) as fault:
        raise ValueError(f"{what} holds something that JSON does not have: {type(fault).__name__}") from None


def _text(value: Any) -> str:
    """A day, which what reads YAML makes of `Version: 2012-10-17`, as it was written; nothing else that JSON does not have."""
    if type(value) is datetime.date:
        return value.isoformat()
    raise TypeError(type(value).__name__)


def schema() -> dict[str, Any]:
    """The JSON Schema of templates, for editors."""
    return json.loads(_native.schema())


def main() -> int:
    """The command, with the arguments of this process; gives its exit code."""
    return _native.run(["canaryform", *sys.argv[1:]])
