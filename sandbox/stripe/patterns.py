"""Regular expressions in control requests, validated by compiling them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator


def _compiling(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiling)]
