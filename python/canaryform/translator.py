"""A stand-in for `samtranslator.translator.translator.Translator`, for programs that call it, SAM CLI among them.

    from canaryform.translator import Translator

in the place of the import of `samtranslator.translator.translator`. Exceptions are those of samtranslator where it is
installed, so that whoever catches them goes on doing so, and of the same names here where it is not.
"""

from __future__ import annotations

import os
from typing import Any, Optional

from . import Finding, transform

__all__ = ["InvalidDocumentException", "InvalidResourceException", "InvalidTemplateException", "Translator"]

try:
    from samtranslator.model.exceptions import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        InvalidDocumentException,
        InvalidResourceException,
        InvalidTemplateException,
    )
except ImportError:

    class InvalidTemplateException(Exception):  # type: ignore[no-redef]
        """What is wrong with a template, and with no resource of it."""

        @property
        def message(self) -> str:
            return f"Structure of the SAM Template is invalid. {self}"

    class InvalidResourceException(Exception):  # type: ignore[no-redef]
        """What is wrong with a resource."""

        def __init__(self, logical_id: str, message: str, metadata: Optional[dict[str, Any]] = None) -> None:
            super().__init__(message)
            self._logical_id = logical_id
            self._message = message
            self.metadata = metadata

        @property
        def message(self) -> str:
            return f"Resource with id [{self._logical_id}] is invalid. {self._message}"

        def __str__(self) -> str:
            return self.message

    class InvalidDocumentException(Exception):  # type: ignore[no-redef]
        """A template with faults: all of them, in `causes`."""

        def __init__(self, causes: list[Exception]) -> None:
            self.causes = causes
            super().__init__(self.message)

        @property
        def message(self) -> str:
            return f"Invalid Serverless Application Specification document. Number of errors found: {len(self.causes)}."

        def __str__(self) -> str:
            return self.message


class Translator:
    """Translates templates, with the signature of samtranslator's."""

    def __init__(
        self,
        managed_policy_map: Any = None,
        sam_parser: Any = None,
        plugins: Any = None,
        boto_session: Any = None,
        metrics: Any = None,
    ) -> None:
        # Managed policies are known here, and nothing is plugged in.
        self._region = getattr(boto_session, "region_name", None)

    def translate(
        self,
        sam_template: dict[str, Any],
        parameter_values: dict[str, Any],
        feature_toggle: Any = None,
        passthrough_metadata: Optional[bool] = False,
        get_managed_policy_map: Any = None,
    ) -> dict[str, Any]:
        """The plain CloudFormation template; `InvalidDocumentException` with all causes where there are faults."""
        region = self._region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        result = transform(sam_template, parameter_values, region=region, code="sam")
        if result.template is None:
            raise InvalidDocumentException([_cause(finding) for finding in result.errors])
        return result.template


def _cause(finding: Finding) -> Exception:
    help = f" {finding.help}." if finding.help else ""
    where = f" (at {finding.path})" if finding.path else ""
    message = f"{finding.message}{where}.{help}"
    cause: Exception
    if finding.resource is None:
        cause = InvalidTemplateException(message)
    else:
        cause = InvalidResourceException(finding.resource, message)
    return cause
