import os
from collections.abc import Mapping
from typing import Any, Literal, Optional, Union, final

__all__ = ["__version__", "Tree", "transform", "schema", "run"]

__version__: str

_Severity = Literal["error", "warning", "info"]
_Finding = tuple[str, _Severity, str, Optional[str], Optional[str], str, Optional[int], Optional[int], Optional[str]]
_Deployment = tuple[str, str, str, str, Optional[str], Optional[str]]

@final
class Tree:
    def __new__(cls, mapping: Mapping[str, Any]) -> Tree: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_yaml(self) -> str: ...
    def to_json(self) -> str: ...

def transform(
    template: Union[Mapping[str, Any], str, bytes],
    parameters: Mapping[str, Any],
    region: str,
    code: str,
    root: Union[str, os.PathLike[str]],
    allow: list[str],
    deny: list[str],
) -> tuple[Optional[Tree], list[_Finding], list[_Deployment]]: ...
def schema() -> dict[str, Any]: ...
def run(arguments: list[str]) -> int: ...
