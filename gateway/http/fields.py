"""The kinds of fields that bodies and queries are made of. None holds a control character that no person types."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_EMAIL = r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+\.[^\s@\x00-\x1f\x7f]+$"
_EMAIL_OR_NONE = rf"^({_EMAIL[1:-1]})?$"
_PROSE = r"^[^\x00]*$"


class Body(BaseModel):
    """A JSON object that holds these fields and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Changes(Body):
    """Fields to change. One that is not sent stays as it is; one that is null is emptied."""

    @property
    def given(self) -> dict[str, Any]:
        """What is to be different, by field."""
        return {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}

    @property
    def emptied(self) -> tuple[str, ...]:
        """The fields that are to be empty."""
        return tuple(sorted(name for name in self.model_fields_set if getattr(self, name) is None))


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


def _percent(given: Any) -> Any:
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


Day = Annotated[
    date, BeforeValidator(iso_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-08-14"]})
]
Count = Annotated[int, BeforeValidator(_whole)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PRINTABLE)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PRINTABLE)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=_PRINTABLE)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=_EMAIL)]
HotelEmail = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=_EMAIL_OR_NONE)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=_PROSE)]
Amount = Annotated[
    str, StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$"), Field(description="In major units.", examples=["150.00"])
]
Percent = Annotated[
    str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,4})?$"), Field(examples=["9", "13.5"]), BeforeValidator(_percent)
]
WallTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), Field(examples=["22:00"])]
Slip = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=_PRINTABLE)]
Image = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^((https?://|/)[^\s\x00-\x1f\x7f]+)?$"),
    Field(description="An address, or a path on the hotel's own site."),
]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")]
RoomNumber = Annotated[str, StringConstraints(min_length=1, max_length=10, pattern=r"^[A-Za-z0-9]+$")]
Adults = Annotated[Count, Field(ge=1, le=50)]
Children = Annotated[Count, Field(ge=0, le=50)]
