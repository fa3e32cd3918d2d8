"""The commands that need two services: each with the stay that it starts from, and the accidents that interrupt it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.asks import CancelBooking, CreateBooking, SubmitBooking
from contracts.bookings.bulk_check_in import CheckInBookings
from contracts.bookings.bulk_check_out import CheckOutRooms
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.room_plan import PlanRooms
from contracts.bookings.status import BookingSource
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MoveRoom, UnassignRoom
from contracts.bookings.views import CreatedBooking
from contracts.bookings.walk_ins import AddWalkIn
from contracts.message import Ask
from contracts.values import Context
from tests.fakes.crashing import Crash
from tests.storm.actions import GUEST
from tests.storm.environment import staff
from tests.storm.hotel_environment import SLUG, Hotel
from tests.storm.hotel_model import DAY

KEY, BODY, OTHER_BODY = "k" * 16, "the body", "another body"

_MONEY = """
    SELECT status, check_out - check_in AS nights, assigned_room_number AS room, total_amount, balance_due,
           cancellation_fee, refund_amount, refunded, captured, version
    FROM booking ORDER BY created_at, id
"""
_EVENTS = "SELECT split_part(type, '.', 2) AS event, count(*) AS times FROM outbox GROUP BY 1 ORDER BY 1"
_SOLD = (
    "SELECT t.code, n.night, n.sold FROM night n JOIN room_type t ON t.id = n.room_type_id WHERE sold > 0 ORDER BY 1, 2"
)
_ROOMS = "SELECT room_number, status, occupied_by IS NOT NULL AS occupied FROM room ORDER BY 1"
_PERIODS = "SELECT room_id, nights::text FROM period WHERE live ORDER BY 1, 2"


@dataclass(frozen=True)
class KeyedCommand:
    """A command, and the asks that prepare the booking of the command."""

    name: str
    before: Sequence[str]
    command: Callable[[Hotel, str], Ask[Any]]

    def prepare(self, hotel: Hotel) -> Ask[Any]:
        """Reset the hotel and prepare the stay; returns the command."""
        hotel.reset()
        booking_id = ""
        for step in self.before:
            reply = hotel.platform.ask(_STEPS[step](hotel, booking_id), staff(SLUG))
            booking_id = reply.booking.id if isinstance(reply, CreatedBooking) else booking_id
        hotel.settle()
        return self.command(hotel, booking_id)


def _about(booking_id: str) -> dict[str, Any]:
    return {"hotel": SLUG, "booking_id": booking_id}


def _booking(hotel: Hotel, **over: Any) -> CreateBooking:
    today = hotel.today()
    fields = {"check_in": today, "check_out": today + DAY * 2, "adults": 1, "children": 0, "guest": GUEST, **over}
    return CreateBooking(hotel=SLUG, room_type="SGL", source=BookingSource.STAFF, **fields)


_STEPS: dict[str, Callable[[Hotel, str], Ask[Any]]] = {
    "draft": lambda hotel, _: _booking(hotel, draft=True),
    "book": lambda hotel, _: _booking(hotel, payment="none"),
    "assign": lambda _, who: AssignRoom(**_about(who), room_number="11"),
    "check in": lambda _, who: CheckIn(**_about(who)),
}
IN_HOUSE = ("book", "assign", "check in")

COMMANDS = (
    KeyedCommand("create", (), lambda hotel, _: _booking(hotel, payment="none")),
    KeyedCommand("walk in", (), lambda _, __: AddWalkIn(hotel=SLUG, room_number="11", guest=GUEST)),
    KeyedCommand("submit", ("draft",), lambda _, who: SubmitBooking(**_about(who))),
    KeyedCommand("assign", ("book",), _STEPS["assign"]),
    KeyedCommand("assign another", ("book", "assign"), lambda _, who: AssignRoom(**_about(who), room_number="12")),
    KeyedCommand("unassign", ("book", "assign"), lambda _, who: UnassignRoom(**_about(who))),
    KeyedCommand("check in", ("book", "assign"), _STEPS["check in"]),
    KeyedCommand(
        "check in bookings", ("book", "assign"), lambda _, who: CheckInBookings(hotel=SLUG, booking_ids=(who,))
    ),
    KeyedCommand(
        "plan rooms",
        ("book",),
        lambda hotel, who: PlanRooms(
            hotel=SLUG, starts_on=hotel.today(), until=hotel.today() + DAY, booking_ids=(who,)
        ),
    ),
    KeyedCommand("move", IN_HOUSE, lambda _, who: MoveRoom(**_about(who), to_room_number="12")),
    KeyedCommand("extend", IN_HOUSE, lambda _, who: ExtendBooking(**_about(who), add_nights=1)),
    KeyedCommand("check out", IN_HOUSE, lambda _, who: CheckOut(**_about(who))),
    KeyedCommand("cancel", IN_HOUSE, lambda _, who: CancelBooking(**_about(who), reason="ill")),
    KeyedCommand("check out rooms", IN_HOUSE, lambda _, __: CheckOutRooms(hotel=SLUG, rooms=("11", "12"))),
)
TWICE = ("create", "walk in", "extend")  # without a key, each request is a new command


def keyed(body: str = BODY, key: str | None = KEY) -> Context:
    """The context of a request by staff; None is no key."""
    return replace(staff(SLUG), idempotency_key=key, fingerprint=body if key else None)


def effect(hotel: Hotel) -> dict[str, Any]:
    """What the hotel has sold, to whom, for how much, and how often each event happened."""
    return {
        "bookings": hotel.sql("bookings", _MONEY),
        "events": {row["event"]: row["times"] for row in hotel.sql("bookings", _EVENTS)},
        "sold": hotel.sql("rooms", _SOLD),
        "rooms": hotel.sql("rooms", _ROOMS),
        "periods": hotel.sql("rooms", _PERIODS),
    }


@dataclass(frozen=True)
class Accident:
    """The process ends at a commit (`crash_after` crash points), or the rooms service's reply (or its ask) is lost."""

    name: str
    crash_after: int | None = None
    reaches_rooms: bool = False

    def happens(self, hotel: Hotel, command: Ask[Any], context: Context) -> str:
        """Send the command in the accident; returns `crashed`, `lost`, or `done` where the command was answered."""
        try:
            if self.crash_after is None:
                self._lose(hotel, command, context)
            else:
                hotel.crash_points.steps = self.crash_after
                hotel.platform.ask(command, context)
        except Crash:
            hotel.restart()
            return "crashed"
        except Unavailable:
            return "lost"
        finally:
            hotel.crash_points.steps = None
        return "done"

    def _lose(self, hotel: Hotel, command: Ask[Any], context: Context) -> None:
        """Send the command; the last ask to the rooms service that changes something is lost, or its reply is."""
        server, real = hotel.platform.services["bookings"].ask_server, hotel.platform.ask_from_service

        def ask(message: Ask[Any], around: Context) -> Any:
            if type(message).__name__ in _READS:
                return real(message, around)
            if self.reaches_rooms:
                real(message, around)
            raise Unavailable("lost")

        server._ask = ask
        try:
            hotel.platform.ask(command, context)
        finally:
            server._ask = real


_READS = ("GetHotel", "GetSettings", "FindRooms", "FindRoomPlan")
LOST = (Accident("ask lost"), Accident("reply lost", reaches_rooms=True))


def claims(hotel: Hotel) -> list[dict[str, Any]]:
    """The rows of the key."""
    return hotel.sql("bookings", "SELECT answer IS NULL AS open, claimed_until > now() AS leased FROM idempotency")


def end_leases(hotel: Hotel) -> None:
    """Let the leases of crashed processes run out."""
    hotel.sql("bookings", "UPDATE idempotency SET claimed_until = now() - interval '1 second' WHERE answer IS NULL")


def refusal(hotel: Hotel, command: Ask[Any], context: Context) -> Refusal | None:
    """The refusal of the command; None where the command is answered."""
    try:
        hotel.platform.ask(command, context)
    except Refusal as refused:
        return refused
    return None


def recover(hotel: Hotel) -> None:
    """Run every timer and deliver every event, as a minute later."""
    hotel.sql("bookings", "UPDATE idempotency SET created_at = created_at - interval '1 minute'")
    hotel.settle()
    hotel.make_due()
    hotel.tick()
