"""Requests about room assignment, check-in, check-out and overstays."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.api.bookings.requests import BookingGuest, WithGuest
from gateway.http.fields import Adults, Body, BookingId, Children, Count, Day, Id, OptionalEmail, Prose, RoomNumber

MOST_STAYS_TO_PLAN = 500


class Assignment(Body):
    """The room for a booking. A room that is too small for the party needs `override`, `can_override` and a reason."""

    room_number: RoomNumber = Field(examples=["101"])
    notes: Prose = Field("", examples=["Asked for the ground floor."])
    override: bool = False
    reason: Prose = Field("", examples=["A cot fits in."])


class Move(Body):
    """The new room of a guest in house, and the reason for the move. Guests do not see `reason` and `notes`.

    A room that is too small for the party needs `override`, `can_override` and a reason.
    """

    to_room_number: RoomNumber = Field(examples=["204"])
    reason: Prose = Field("", examples=["The shower drips."])
    notes: Prose = Field("", examples=["Carry the bags over."])
    override: bool = False


class CheckInOptions(Body):
    """Exceptions to the check-in window. An early check-in needs `can_override`."""

    late_arrival: bool = False
    early_checkin: bool = False


class NoShow(Body):
    """Details of a no-show. A waiver of the fee needs `can_override` and a reason."""

    reason: Prose = Field("", examples=["Called twice, no answer."])
    waive_fee: bool = False


class CheckOutOptions(Body):
    """With `confirm` false, nothing changes, and the response has only the warnings."""

    confirm: bool = True


class CheckInUndo(Body):
    """The status of the room after the undo: used or not. Guests do not see the reason."""

    room_status: Literal["READY_FOR_GUEST", "CHECKOUT_DIRTY"] = Field(examples=["READY_FOR_GUEST"])
    reason: Prose = Field("", examples=["The wrong guest was checked in."])


class CheckInUndoPreview(Body):
    """The status of the room after the undo."""

    room_status: Literal["READY_FOR_GUEST", "CHECKOUT_DIRTY"] = Field("CHECKOUT_DIRTY", examples=["READY_FOR_GUEST"])


class Undo(Body):
    """Why the step is undone. Guests do not see the reason."""

    reason: Prose = Field("", examples=["The guest is still in the room."])


class WalkInContact(BookingGuest):
    """A guest who comes without a booking. No mail is sent to a guest without an e-mail address."""

    email: OptionalEmail = ""


class WalkInGuest(WithGuest):
    """A guest who comes without a booking. Without dates, the stay is one night from today.

    A room that is too small for the party needs `override`, `can_override` and a reason.
    """

    guest: WalkInContact

    check_in: Day | None = Field(None, description="Today. Until the late-arrival cutoff, yesterday is allowed, too.")
    check_out: Day | None = None
    adults: Adults = Field(1, examples=[2])
    children: Children = 0
    special_requests: Prose = ""
    override: bool = False
    reason: Prose = Field("", examples=["A cot fits in."])


class NightsToPlan(Body):
    """The nights `[from, until)` whose stays get rooms, of these `booking_ids` only. A `dry_run` changes nothing."""

    starts_on: Day = Field(alias="from", examples=["2026-08-14"])
    until: Day = Field(examples=["2026-08-21"])
    booking_ids: list[BookingId] | None = Field(
        None, min_length=1, max_length=MOST_STAYS_TO_PLAN, examples=[["BK-2026-7KQ2MDXR"]]
    )
    dry_run: bool = False


class CheckIns(Body):
    """The bookings whose guests are checked in."""

    booking_ids: list[BookingId] = Field(min_length=1, max_length=100, examples=[["BK-2026-7KQ2MDXR"]])


class CheckOuts(Body):
    """The rooms to check out: a JSON number is a room's id, a JSON string is a room's number."""

    room_ids: list[Id | RoomNumber] = Field(min_length=1, max_length=100, examples=[[1, 2, "103"]])
    destructive: bool = False
    reason: Prose = ""


class Acknowledgement(Body):
    """Acknowledges an overstay, or dismisses the overstay where `dismiss` is true. Guests do not see the note."""

    note: Prose = Field("", examples=["The guest was told."])
    dismiss: bool = False


class Extension(Body):
    """The new check-out date, or the number of added nights: exactly one of the two."""

    new_checkout_date: Day | None = Field(None, examples=["2026-08-18"])
    add_nights: Annotated[Count, Field(ge=1, le=365)] | None = None
