"""Requests about bookings."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.bookings.views import GuestDetails
from gateway.http.fields import (
    Adults,
    Body,
    Children,
    Code,
    Day,
    Email,
    LookupEmail,
    LookupNumber,
    Name,
    Phone,
    Prose,
)

_GUEST_FIELDS = ("first_name", "last_name", "email", "phone")
_PREFIXES = ("guest_", "primary_")
_ADA: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Byrne",
    "email": "ada@example.com",
    "phone": "+353 64 555 0101",
}


def _flat_fields(schema: dict[str, Any]) -> None:
    for prefix in _PREFIXES:
        for name in _GUEST_FIELDS:
            schema["properties"][prefix + name] = {"type": "string", "deprecated": True}
    schema["required"].remove("guest")


class BookingGuest(Body):
    """The guest of a booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ADA]})

    first_name: Name
    last_name: Name
    email: Email
    phone: Phone = ""


class WithGuest(Body):
    """A body with a guest. Older clients send flat fields instead: `guest_first_name`, `primary_email` and so on."""

    model_config = ConfigDict(json_schema_extra=_flat_fields)

    guest: BookingGuest

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the body; `guest` is a `GuestDetails` of the bookings service's contract."""
        return self.model_dump() | {"guest": GuestDetails(**self.guest.model_dump())}

    @model_validator(mode="before")
    @classmethod
    def _gather_guest(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        parts = [(prefix, name) for prefix in reversed(_PREFIXES) for name in _GUEST_FIELDS if prefix + name in body]
        flat = {name: body[prefix + name] for prefix, name in parts}
        nested = body.get("guest", {})
        if not flat or not isinstance(nested, dict):
            return body
        others = body.keys() - {prefix + name for prefix, name in parts}
        return {name: value for name, value in body.items() if name in others} | {"guest": flat | nested}


class NewBooking(WithGuest):
    """A stay to book. Older clients send the guest as flat fields: `guest_first_name`, `primary_email` and so on."""

    room_type_code: Code = Field(description="The room type's code, or its name.", examples=["STD"])
    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    adults: Adults = Field(2, examples=[2])
    children: Children = 0
    special_requests: Prose = Field("", examples=["A quiet room, please."])
    promo_code: Code | None = None
    quote_id: Code | None = None
    draft: bool = Field(False, description="Store a priced draft. The nights are held when the draft is submitted.")

    @property
    def values(self) -> dict[str, Any]:
        """The fields of `CreateBooking` without the hotel and the source."""
        values = super().values
        values["room_type"] = values.pop("room_type_code")
        return values


class StaffNewBooking(NewBooking):
    """A booking that staff create. With the payment method `none`, the booking is confirmed without a card."""

    payment: Literal["card", "none"] = "card"


class BookingChanges(Body):
    """Fields to change. A field that is not sent keeps its value."""

    late_arrival_expected: bool | None = None
    internal_notes: Prose | None = Field(None, examples=["Prefers the lake side."])
    special_requests: Prose | None = None
    guest_first_name: Name | None = None
    guest_last_name: Name | None = None
    guest_email: Email | None = None
    guest_phone: Phone | None = Field(None, examples=["+353 64 555 0101"])
    room_locked: bool | None = Field(None, description="Whether the assigned room is promised: no plan moves the stay.")


class GuestCancellation(Body):
    """A cancellation by the guest."""

    reason: Prose = Field("", examples=["Plans changed."])


class StaffCancellation(GuestCancellation):
    """A cancellation by staff. A waiver of the fee needs `can_override` and a reason; so does a cancellation in house.

    While the guest is in house, the waiver covers only the nights after tonight: the nights slept and tonight are
    still charged.
    """

    waive_fee: bool = False


class Decline(Body):
    """The reason why the hotel declines. Guests do not see the note."""

    reason_code: str = Field("OTHER", pattern=r"^[A-Z][A-Z0-9_]{0,39}$", examples=["OTHER"])
    reason_note: Prose = Field("", examples=["A wedding party has booked the hotel."])


class FeedQuery(BaseModel):
    """Selects the events whose sequence number is greater than `after`."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class LookupQuery(BaseModel):
    """An e-mail address, a confirmation number, or both."""

    email: LookupEmail = ""
    confirmation_number: LookupNumber = ""
