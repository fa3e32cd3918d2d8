"""The kinds of fields that bodies and queries are made of. None holds a control character that no person types."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_EMAIL = r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+\.[^\s@\x00-\x1f\x7f]+$"
_PROSE = r"^[^\x00]*$"


class Body(BaseModel):
    """A JSON object that holds these fields and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoFields(Body):
    """An empty object, or no body at all."""


def iso_day(given: Any) -> date:
    """A day as it must be written; raises `ValueError` for any other form."""
    if isinstance(given, str) and _DAY.fullmatch(given):
        return date.fromisoformat(given)
    raise ValueError("a day is written YYYY-MM-DD")


def _whole(given: Any) -> Any:
    if isinstance(given, (bool, float)):
        raise ValueError("a whole number is wanted")
    return given


Day = Annotated[
    date, BeforeValidator(iso_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-08-14"]})
]
Count = Annotated[int, BeforeValidator(_whole)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PRINTABLE)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PRINTABLE)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=_PRINTABLE)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=_EMAIL)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=_PROSE)]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")]
RoomNumber = Annotated[str, StringConstraints(min_length=1, max_length=10, pattern=r"^[A-Za-z0-9]+$")]
Adults = Annotated[Count, Field(ge=1, le=50)]
Children = Annotated[Count, Field(ge=0, le=50)]
