"""Expands SAM's gradual Lambda deployments into plain CloudFormation, offline, with the ids that SAM gives."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Optional, Union

# How long the module's allocator, which reads this while it is loaded, keeps what one call let go for the next: a minute in
# place of its second. To take the memory anew would be a third of a call. It is nobody else's business, so it goes again.
_KEPT = "MIMALLOC_PURGE_DELAY"
if _KEPT in os.environ:
    from . import _native
else:
    os.environ[_KEPT] = "60000"
    from . import _native

    del os.environ[_KEPT]

__version__: str = _native.__version__
__all__ = ["Deployment", "Finding", "Result", "main", "schema", "transform"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a template, or odd about it."""

    code: str
    """What kind of finding it is; the same for good."""
    severity: Literal["error", "warning", "info"]
    message: str
    help: Optional[str]
    resource: Optional[str]
    """The logical id of the resource that it is about."""
    path: str
    """The place in the template: `Resources/Greeter/Properties/Timeout`."""
    line: Optional[int]
    """The line in the text, from 1; `None` where the template was given as a mapping."""
    column: Optional[int]
    generated: Optional[str]
    """The place in what the template becomes, where the finding is about that."""

    def __str__(self) -> str:
        """The same line as the command's crate writes: what, where, and what to write instead."""
        place = f" (at {self.path})" if self.path else ""
        if self.line is not None:
            place = f" (line {self.line}, column {self.column})"
        help = f"; {self.help}" if self.help else ""
        generated = f"; generated: {self.generated}" if self.generated else ""
        return f"{self.severity}[{self.code}]: {self.message}{place}{help}{generated}"


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
    """Plain CloudFormation; `None` where the template has errors. It is made when it is first read."""
    findings: list[Finding]
    deployments: list[Deployment]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    def to_yaml(self) -> str:
        """The template as YAML, as the command writes it; `ValueError` where it has errors."""
        return self._tree_now().to_yaml()

    def to_json(self) -> str:
        """The template as JSON, as the command writes it; `ValueError` where it has errors."""
        return self._tree_now().to_json()

    def _tree_now(self) -> _native.Tree:
        """The template with what was changed of it since it was read."""
        tree: Optional[_native.Tree] = vars(self).get("_tree")
        if tree is not None:
            return tree
        if self.template is None:
            raise ValueError("\n".join(["the template has errors:", *map(str, self.errors)]))
        return _native.Tree(self.template)

    @classmethod
    def _of(cls, tree: Optional[_native.Tree], findings: list[Finding], deployments: list[Deployment]) -> Result:
        """A result whose template is made of a tree when it is first read, after which the tree is let go."""
        if tree is None:
            return cls(None, findings, deployments)
        result = cls.__new__(cls)
        vars(result).update(_tree=tree, findings=findings, deployments=deployments)
        return result

    def __getstate__(self) -> dict[str, Any]:
        return {"template": self.template, "findings": self.findings, "deployments": self.deployments}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Only asked for what is not there: the template, until it is made."""
            values = vars(self)
            tree = values.get("_tree") if name == "template" else None
            if tree is not None:
                # Threads that ask at once are all given the one that was there first.
                values.setdefault("template", tree.to_dict())
                values.pop("_tree", None)
            if name in values:
                return values[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


def transform(
    template: Union[Mapping[str, Any], str, bytes, "os.PathLike[str]"],
    parameters: Optional[Mapping[str, Any]] = None,
    *,
    region: str = "us-east-1",
    code: Literal["refuse", "read", "ignore", "sam"] = "refuse",
    code_root: Union[str, "os.PathLike[str]", None] = None,
    allow: Iterable[str] = (),
    deny: Iterable[str] = (),
) -> Result:
    """Turns a SAM template into plain CloudFormation.

    `template` is text, YAML or JSON, or the path of a file (`pathlib.Path`), or what was read of it, intrinsics in their long
    form; that is not changed. `parameters` are the values that the stack is deployed with. What local paths come to says
    `code`: `refuse` them, `read` what lies there, `ignore` it, or do as `sam`, which refuses local code and leaves local
    includes as they are. They start at `code_root`: the folder of the file, or the current one. `allow` and `deny` are codes
    of findings, as the command takes them.

    A template with errors is an ordinary answer. `ValueError` is raised for a wrong `code`, `allow` or `deny`, and for values
    that no template or parameter can have, `TypeError` for other kinds of arguments, `OSError` for a file that cannot be read.
    """
    if isinstance(template, os.PathLike):
        if code_root is None:
            code_root = os.path.dirname(template) or "."
        with open(template, "rb") as file:
            template = file.read()
    elif isinstance(template, str) and _is_path(template):
        raise ValueError("template is the name of a file, not text: give pathlib.Path(...), or what the file holds")
    tree, findings, deployments = _native.transform(
        template,
        {} if parameters is None else parameters,
        region,
        code,
        "." if code_root is None else code_root,
        list(allow),
        list(deny),
    )
    return Result._of(
        tree,
        [Finding(*found) for found in findings],
        [Deployment(*deployed) for deployed in deployments],
    )


def _is_path(text: str) -> bool:
    """Whether a text is the name of a file, and nothing that a template could be."""
    return text.endswith((".yaml", ".yml", ".json", ".template")) and not any(sign in text for sign in "\n{[") and ": " not in text


def schema() -> dict[str, Any]:
    """The JSON Schema of templates, for editors."""
    return _native.schema()


def main() -> int:
    """The command, with the arguments of this process; gives its exit code."""
    return _native.run(["canaryform", *sys.argv[1:]])
