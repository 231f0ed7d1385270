from typing import Optional

__version__: str

def transform(
    template: bytes,
    parameters: str,
    region: str,
    code: str,
    root: str,
    allow: list[str],
    deny: list[str],
) -> tuple[Optional[str], str, str]: ...
def schema() -> str: ...
def run(arguments: list[str]) -> int: ...
