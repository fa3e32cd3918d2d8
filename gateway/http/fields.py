"""The types of fields in request bodies and queries. No field takes a control character."""

import re
from datetime import date
from enum import Enum
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from chassis.email_address import UnusableAddress, usable_address
from chassis.refusal import Refusal
from chassis.text import is_visible
from contracts.fields import (
    BOOKING_NAME,
    CATEGORY,
    CHAT_MESSAGE,
    EMAIL,
    LETTER,
    NAME,
    NOTE,
    ONE_LINE,
    PASSWORD,
    PHONE,
    PROSE,
    RECIPIENT,
    SEARCH,
    SHORT_TEXT,
    SUBJECT,
    TextKind,
)

Model = TypeVar("Model")
Choice = TypeVar("Choice", bound=Enum)
FromQuery = Annotated[Model, Query()]  # a model whose fields are query parameters

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_NUL = r"^[^\x00]*$"
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Body(BaseModel):
    """A JSON object, whose values have the declared types; a field that the class does not declare is refused.

    No value is converted: `"1"` is no integer, `1` and `"yes"` are no booleans. A type that JSON does not have (a UUID,
    a tuple) names the JSON type that it is read from by `FROM_JSON`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Changes(Body):
    """Fields to change. A field that is not sent keeps its value; a field that is null is cleared."""

    @property
    def values(self) -> dict[str, Any]:
        """The new values by field."""
        return {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}

    @property
    def cleared(self) -> tuple[str, ...]:
        """The names of the fields that are null."""
        return tuple(sorted(name for name in self.model_fields_set if getattr(self, name) is None))

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of a command: the new values, and in `clear` the names of the cleared fields."""
        return self.values | {"clear": self.cleared}


class NoFields(Body):
    """An empty object, or no body."""


def iso_day(text: Any) -> date:
    """Parse a date in the form `YYYY-MM-DD`; raises `ValueError` for any other text."""
    if isinstance(text, str) and _DAY.fullmatch(text):
        return date.fromisoformat(text)
    raise ValueError("a date has the form YYYY-MM-DD")


def invalid_filter(name: str) -> Refusal:
    """The `INVALID_FILTER` refusal of the filter with this name."""
    return Refusal("INVALID_FILTER", f"The filter {name} has an invalid value.")


def boolean_filter(name: str, text: str) -> bool | None:
    """Parse a boolean filter; returns None for an empty filter. Refused `INVALID_FILTER`."""
    if text and text.lower() not in _BOOLEANS:
        raise invalid_filter(name)
    return _BOOLEANS.get(text.lower())


def choice_filter(name: str, text: str, choices: type[Choice]) -> Choice | None:
    """Parse a filter with one of `choices`; returns None for an empty filter. Refused `INVALID_FILTER`."""
    try:
        return choices(text) if text else None
    except ValueError as problem:
        raise invalid_filter(name) from problem


def _kind(kind: TextKind) -> StringConstraints:
    pattern = _NO_NUL if kind.lines else ONE_LINE
    return StringConstraints(
        strip_whitespace=True, min_length=kind.least or None, max_length=kind.most, pattern=pattern
    )


def _visible(text: str) -> str:
    if not is_visible(text):
        raise PydanticCustomError("invisible", "must have a visible character")
    return text


def _address(text: str) -> str:
    try:
        return usable_address(text)
    except UnusableAddress as problem:
        raise PydanticCustomError("address", "{reason}", {"reason": str(problem)}) from None


def _address_or_none(text: str) -> str:
    return _address(text) if text.strip() else ""


Day = Annotated[
    date, BeforeValidator(iso_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-08-14"]})
]
FROM_JSON = Strict(strict=False)  # of a tuple, which is read from an array, and of a UUID, which is read from a text
Count = Annotated[int, Strict()]
# The id of a thing. The type has no bounds: a number that no thing has as its id is not found.
Id = Annotated[int, Strict()]
Name = Annotated[str, _kind(NAME), AfterValidator(_visible)]
Code = Annotated[str, _kind(NAME)]  # a code, or the name of a thing that has a code
Phone = Annotated[str, _kind(PHONE)]
Email = Annotated[str, Field(max_length=EMAIL.most, json_schema_extra={"format": "email"}), AfterValidator(_address)]
OptionalEmail = Annotated[
    str, Field(max_length=EMAIL.most, description="Empty for none."), AfterValidator(_address_or_none)
]
Recipient = Annotated[str, _kind(RECIPIENT)]
Subject = Annotated[str, _kind(SUBJECT)]
Letter = Annotated[str, _kind(LETTER), AfterValidator(_visible)]
ChatMessage = Annotated[str, _kind(CHAT_MESSAGE), AfterValidator(_visible)]
Prose = Annotated[str, _kind(PROSE)]
Note = Annotated[str, _kind(NOTE)]
ShortText = Annotated[str, _kind(SHORT_TEXT)]
Category = Annotated[str, _kind(CATEGORY)]
SearchText = Annotated[str, Field(max_length=SEARCH.most, pattern=_NO_NUL), AfterValidator(str.strip)]
Filter = Annotated[str, Field(max_length=NAME.most, pattern=_NO_NUL), AfterValidator(str.strip)]
# The fields of a sign-in and of a lookup are compared only: any text is read, and the wrong one is not found.
LoginEmail = Annotated[str, StringConstraints(min_length=1, max_length=EMAIL.most, pattern=_NO_NUL)]
LoginPassword = Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD.most, pattern=_NO_NUL)]
NewPassword = Annotated[
    str,
    StringConstraints(min_length=PASSWORD.least, max_length=PASSWORD.most, pattern=_NO_NUL),
    Field(description="Not a common password, not even repeated or with digits and signs at its ends."),
]
LookupEmail = Annotated[str, StringConstraints(max_length=EMAIL.most, pattern=_NO_NUL)]
LookupNumber = Annotated[str, StringConstraints(max_length=BOOKING_NAME.most, pattern=_NO_NUL)]
BookingId = Annotated[str, StringConstraints(min_length=1, max_length=BOOKING_NAME.most, pattern=_NO_NUL)]
Amount = Annotated[
    str, StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$"), Field(description="In major units.", examples=["150.00"])
]
ChargeLimit = Annotated[
    str,
    StringConstraints(pattern=r"^(\d{1,12}(\.\d{1,4})?)?$"),
    Field(description="In major units. Empty: the payment provider's own limit.", examples=["0.50"]),
]
Percent = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,4})?$"), Field(examples=["9", "13.5"])]
WallTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), Field(examples=["22:00"])]
Image = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^((https?://|/)[^\s\x00-\x1f\x7f]+)?$"),
    Field(description="An address, or a path on the hotel's own site."),
]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")]
RoomNumber = Annotated[str, StringConstraints(min_length=1, max_length=10, pattern=r"^[A-Za-z0-9]+$")]
Adults = Annotated[Count, Field(ge=1, le=50)]
Children = Annotated[Count, Field(ge=0, le=50)]
