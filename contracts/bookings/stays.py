"""The stay: room assignment, check-in, move, check-out and no-show."""

from datetime import date, datetime

from contracts.bookings.asks import BookingAsk, BookingCommand
from contracts.bookings.events import BookingEvent, MailedEvent
from contracts.message import Query
from contracts.rooms.assignments import Candidates
from contracts.values import Actor, Money


class AssignRoom(BookingCommand):
    """Assign a room to the booking: this one, or without `room_number` the best one of the booked type.

    Refused `BOOKING_ALREADY_CHECKED_IN`, `BOOKING_STATUS_NOT_ASSIGNABLE`. Where the rooms service refuses
    `GiveRoom`, the booking's assignment is refused with the same code. A room that is too small for the party needs
    `override`, which needs `can_override` (else `PERMISSION_DENIED`) and a `reason` (else `NOTE_REQUIRED`).

    Without `room_number`, a booking that has a room keeps it. Other stays may be moved for the booking, as by
    `PlanRooms`, and all rooms change together. Refused `NO_ROOM_AVAILABLE` where no plan has a room for the booking,
    with `nights`, `blocked_by` and `proven` of the plan; `PLAN_OUTDATED` where rooms and stays changed during each of
    three attempts.

    `locked` locks the booking's room, or with False unlocks it. Where it is None, the room that the booking has already
    stays as it is, and another room is not locked.
    """

    room_number: str | None = None
    notes: str = ""
    override: bool = False
    reason: str = ""
    locked: bool | None = None


class UnassignRoom(BookingCommand):
    """Remove the booking's room assignment before check-in. A lock of the room ends."""


class GetCandidateRooms(BookingAsk, Query[Candidates]):
    """Return the rooms that may be assigned to the booking, best first."""


class CheckIn(BookingCommand):
    """Check in the guest of a booking.

    Refused `NO_ROOM_ASSIGNED`, `ROOM_NOT_READY`, `BOOKING_NOT_ELIGIBLE`, and `CHECKIN_WRONG_DATE`, `CHECKIN_TOO_EARLY`
    or `CHECKIN_TOO_LATE` outside the check-in window.
    """

    late_arrival: bool = False
    early_checkin: bool = False


class MoveRoom(BookingCommand):
    """Move the guest in house to another room that is ready and free for the rest of the stay.

    Refused `NOT_CHECKED_IN`, `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`. A room that is too small for the party is refused `ROOM_TOO_SMALL` without
    `override`, which needs `can_override` (else `PERMISSION_DENIED`) and a `reason` (else `NOTE_REQUIRED`).
    """

    to_room_number: str
    reason: str = ""
    notes: str = ""
    override: bool = False


class CheckOut(BookingCommand):
    """Check out the guest of a booking. Refused `NOT_CHECKED_IN`, `CHECKOUT_FAILED`.

    The reply has the `departure_warnings`. With `confirm` False nothing changes.
    """

    confirm: bool = True


class MarkNoShow(BookingCommand):
    """Mark the guest as a no-show. Refused `NO_SHOW_TOO_EARLY`, `BOOKING_ENDED`, `ILLEGAL_TRANSITION`.

    A waiver of the fee needs `can_override` (else `PERMISSION_DENIED`) and a reason (else `NOTE_REQUIRED`).
    """

    reason: str = ""
    waive_fee: bool = False


class RoomAssigned(BookingEvent):
    """A room was assigned to the booking."""

    room_number: str
    room_type_code: str
    by: Actor
    assigned_at: datetime
    previous_room_number: str | None = None
    warnings: tuple[str, ...] = ()


class RoomLocked(BookingEvent):
    """The booking's room was locked, so that no room plan moves the stay; where `locked` is False, it was unlocked.

    A lock also ends with `RoomAssigned` and `RoomMoved`, which give another room, and with `RoomUnassigned`.
    """

    room_number: str
    locked: bool
    by: Actor
    changed_at: datetime


class RoomUnassigned(BookingEvent):
    """The room assignment of the booking was removed."""

    room_number: str
    by: Actor
    unassigned_at: datetime


class GuestCheckedIn(MailedEvent):
    """The guest moved into the room."""

    room_number: str
    checked_in_at: datetime
    checked_in_by: Actor


class RoomMoved(BookingEvent):
    """The guest in house moved to another room."""

    room_number: str
    room_type_code: str
    previous_room_number: str
    by: Actor
    moved_at: datetime
    warnings: tuple[str, ...] = ()


class GuestCheckedOut(MailedEvent):
    """The guest left the room."""

    room_number: str
    checked_out_at: datetime
    checked_out_by: Actor
    check_out: date


class BookingNoShow(BookingEvent):
    """The guest did not arrive. `fee` is charged; `refund` is the part of the captured amount that is refunded.

    `room_number` is the room that was assigned until then, None where no room was assigned. `keeps` is the amount that
    stays on the booking's cards, `refund_at_desk` what the desk gives back; both are None in events of earlier
    releases, in which `besides` is the amount for room service that the hotel keeps from balance payments, in addition
    to the fee.
    """

    marked_at: datetime
    marked_by: Actor
    fee: Money
    refund: Money
    room_number: str | None = None
    keeps: Money | None = None
    refund_at_desk: Money | None = None
    besides: Money | None = None
