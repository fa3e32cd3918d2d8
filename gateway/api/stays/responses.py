"""Candidate rooms, check-outs and overstays."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from contracts.bookings.bulk_check_in import BookingsCheckedIn
from contracts.bookings.bulk_check_out import RoomsCheckedOut
from contracts.bookings.overstays import OverstayState
from contracts.bookings.room_plan import MovedStay, RoomsPlanned
from contracts.bookings.undo import UndoPreview
from contracts.bookings.views import BookingDetail, DepartureWarning
from contracts.data import Data
from contracts.rooms.assignments import Candidates
from gateway.http.views import STAFF, Json, View


class AvailableRooms(View[Candidates], rename={"rooms": "available_rooms"}):
    """The rooms that can be assigned to the booking, best first."""

    booking_id: str


class StayMoved(View[MovedStay], only=("booking_id",)):
    """A stay that had a room, and its new room."""

    from_room: Annotated[str, Field(alias="from", examples=["102"])]
    to_room: Annotated[str, Field(alias="to", examples=["101"])]

    @classmethod
    def of(cls, value: MovedStay, *, reader: str = STAFF, **more: Any) -> Json:
        """The JSON object, whose rooms are `from` and `to`."""
        return super().of(value, reader=reader, **{"from": value.from_room, "to": value.to_room}, **more)


class RoomPlanReport(View[RoomsPlanned], examples={"proven": True, "moves_at_least": 1}):
    """The stays that get a room, those that move for it, and those for which no room is found.

    `proven` is true where no plan gives more stays a room. No plan as good as this one moves fewer stays than
    `moves_at_least`.
    """


class VacatedRoom(Data):
    """The room that the guest left."""

    room_number: str
    room_status: str


class CheckedOutBooking(View[BookingDetail], only=("booking_id", "status", "checked_out_at")):
    """A booking whose guest has left."""

    assigned_room: VacatedRoom | None


class BalanceWarning(Data):
    """The guest owes this amount. The code is `BALANCE_DUE`."""

    code: str
    amount: str
    currency: str


class EarlyDepartureWarning(Data):
    """The guest leaves before these nights of the stay. The code is `LEAVES_EARLY`."""

    code: str
    nights: tuple[date, ...]


class CheckOutPreview(Data):
    """The warnings of a check-out that was not confirmed."""

    warnings: tuple[BalanceWarning | EarlyDepartureWarning, ...]


class CheckedOut(CheckOutPreview):
    """The response of a check-out, as older clients read it, with the warnings."""

    message: str
    booking: CheckedOutBooking


class BulkCheckIn(
    View[BookingsCheckedIn],
    only=("checked_in_bookings", "failed"),
    examples={"checked_in_bookings": ["BK-2026-7KQ2MDXR"]},
):
    """The bookings whose guests are in house now, and the bookings that failed."""


class BulkCheckInReport(Data):
    """The response of a bulk check-in."""

    detail: str
    results: BulkCheckIn


class BulkCheckOut(
    View[RoomsCheckedOut],
    only=("checked_out_bookings", "rooms_cleared", "failed", "destructive"),
    rename={"destructive": "destructive_mode"},
    examples={"checked_out_bookings": ["BK-2026-7KQ2MDXR"], "rooms_cleared": ["103"]},
):
    """The bookings that were checked out, the rooms that were cleared, and the rooms that failed."""


class BulkCheckOutReport(Data):
    """The response of a bulk check-out, as older clients read it."""

    detail: str
    results: BulkCheckOut


class OverstayStatus(View[OverstayState], drop=("version",), rename={"severity": "overstay_severity"}):
    """Whether a guest overstays, for how many minutes, and the latest incident."""


class UndoPreviewed(View[UndoPreview], drop=("version",), examples={"step": "CHECK_IN"}):
    """What undoing a step would do now. `refusals` say why the step cannot be undone; nothing is changed or held."""


def checked_out(booking: BookingDetail) -> Json:
    """The fields of `CheckedOut`."""
    number = booking.assigned_room_number
    room = VacatedRoom(room_number=number, room_status="CHECKOUT_DIRTY") if number else None
    done = CheckedOutBooking.of(booking, assigned_room=room)
    return {"message": "Booking checked out successfully", "booking": done, **preview(booking)}


def preview(booking: BookingDetail) -> Json:
    """The fields of `CheckOutPreview`."""
    return {"warnings": [_warning(each) for each in booking.departure_warnings]}


def _warning(warning: DepartureWarning) -> Json:
    if warning.amount is None:
        return {"code": warning.code, "nights": warning.nights}
    return {"code": warning.code, "amount": warning.amount.text, "currency": warning.amount.currency}


def bookings_checked_in(done: BookingsCheckedIn) -> Json:
    """The fields of `BulkCheckInReport`."""
    return {"detail": f"Processed {done.processed} booking(s) in hotel '{done.hotel}'", "results": BulkCheckIn.of(done)}


def rooms_checked_out(done: RoomsCheckedOut) -> Json:
    """The fields of `BulkCheckOutReport`."""
    return {"detail": f"Processed {done.processed} room(s) in hotel '{done.hotel}'", "results": BulkCheckOut.of(done)}
