"""What a booking is made from."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from contracts.bookings import AddWalkIn, BookingSource, CreateBooking, GuestDetails
from gateway.http.fields import Adults, Body, Children, Code, Day, Email, Name, Phone, Prose

_GUEST_FIELDS = ("first_name", "last_name", "email", "phone")
_PREFIXES = ("guest_", "primary_")


def _flat_fields(schema: dict[str, Any]) -> None:
    for prefix in _PREFIXES:
        for name in _GUEST_FIELDS:
            schema["properties"][prefix + name] = {"type": "string", "deprecated": True}
    schema["required"].remove("guest")


class Guest(Body):
    """Who stays."""

    first_name: Name
    last_name: Name
    email: Email
    phone: Phone = ""


class ForGuest(Body):
    """Whoever it is for. Older clients send the guest as flat fields (`guest_first_name`, `primary_email` …)."""

    model_config = ConfigDict(json_schema_extra=_flat_fields)

    guest: Guest

    @model_validator(mode="before")
    @classmethod
    def _gather_guest(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        flat = {
            name: given[prefix + name]
            for prefix in reversed(_PREFIXES)
            for name in _GUEST_FIELDS
            if prefix + name in given
        }
        nested = given.get("guest", {})
        if not flat or not isinstance(nested, dict):
            return given
        kept = {name: value for name, value in given.items() if not name.startswith(_PREFIXES) or name == "guest"}
        unknown = {
            name: value
            for name, value in given.items()
            if name.startswith(_PREFIXES) and name.split("_", 1)[1] not in _GUEST_FIELDS
        }
        return {**kept, **unknown, "guest": {**flat, **nested}}


class NewBooking(ForGuest):
    """A stay to book. Older clients send the guest as flat fields (`guest_first_name`, `primary_email` …)."""

    room_type_code: Code = Field(description="The room type's code, or its name.")
    check_in: Day
    check_out: Day
    adults: Adults = 2
    children: Children = 0
    special_requests: Prose = ""
    promo_code: Code | None = None
    quote_id: Code | None = None
    draft: bool = Field(False, description="Price and save only: nothing is held until it is submitted.")

    def command(self, hotel: str, *, source: BookingSource, payment: str = "card") -> CreateBooking:
        """What bookings is asked."""
        return CreateBooking(
            hotel=hotel,
            room_type=self.room_type_code,
            check_in=self.check_in,
            check_out=self.check_out,
            adults=self.adults,
            children=self.children,
            guest=GuestDetails(**self.guest.model_dump()),
            special_requests=self.special_requests,
            promo_code=self.promo_code,
            quote_id=self.quote_id,
            draft=self.draft,
            source=source,
            payment=payment,
        )


class StaffNewBooking(NewBooking):
    """A booking made by staff, by phone or at the desk. `none`: confirmed without a card."""

    payment: Literal["card", "none"] = "card"


class WalkIn(ForGuest):
    """Somebody who stands at the desk. One night from today where no days are given."""

    check_in: Day | None = Field(None, description="Today, or until the late-arrival cutoff also yesterday.")
    check_out: Day | None = None
    adults: Adults = 1
    children: Children = 0
    special_requests: Prose = ""

    def command(self, hotel: str, room_number: str) -> AddWalkIn:
        """What bookings is asked."""
        return AddWalkIn(
            hotel=hotel,
            room_number=room_number,
            guest=GuestDetails(**self.guest.model_dump()),
            check_in=self.check_in,
            check_out=self.check_out,
            adults=self.adults,
            children=self.children,
            special_requests=self.special_requests,
        )


class Amendment(Body):
    """What staff may change on a booking. What is left out stays."""

    late_arrival_expected: bool | None = None
    internal_notes: Prose | None = None
    special_requests: Prose | None = None
    guest_first_name: Name | None = None
    guest_last_name: Name | None = None
    guest_email: Email | None = None
    guest_phone: Phone | None = None


class GuestCancellation(Body):
    """Why the guest does not come."""

    reason: Prose = ""


class StaffCancellation(Body):
    """Why it is called off. Waiving the fee needs `can_override` and a reason, and so does calling off who is in house.

    In house a waiver gives up what is left of the stay: the nights slept and tonight are owed all the same.
    """

    reason: Prose = ""
    waive_fee: bool = False


class Absence(Body):
    """What is known of a guest who did not come. Waiving the fee needs `can_override` and a reason."""

    reason: Prose = ""
    waive_fee: bool = False


class Declining(Body):
    """Why the hotel says no. The note stays with the hotel."""

    reason_code: str = Field("OTHER", pattern=r"^[A-Z][A-Z0-9_]{0,39}$")
    reason_note: Prose = ""


class Arrival(Body):
    """Exceptions to the check-in window. An early one needs `can_override`."""

    late_arrival: bool = False
    early_checkin: bool = False
