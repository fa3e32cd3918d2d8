"""Front desk actions as data: predicted, performed, performed concurrently, and printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from contracts.bookings.asks import CancelBooking, CreateBooking
from contracts.bookings.bulk_check_out import CheckOutRooms
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.overstays import AcknowledgeOverstay
from contracts.bookings.status import BookingSource
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MarkNoShow, MoveRoom, UnassignRoom
from contracts.bookings.views import GuestDetails
from contracts.bookings.walk_ins import AddWalkIn
from contracts.message import Ask
from contracts.rooms.blocks import BlockRoom, UnblockRoom
from contracts.rooms.events import RoomStatus
from contracts.rooms.turnover import ChangeRoomStatus
from tests.storm import transitions
from tests.storm.hotel_model import DAY, HotelModel

ROOMS = {"11": "SGL", "12": "SGL", "21": "DBL", "22": "DBL"}
GUEST = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="")
STATUSES = [status for status in RoomStatus if status is not RoomStatus.OCCUPIED]

ARRIVING = ("check in", "assign", "book", "walk in", "assign", "check in")
STAYING = ("move", "extend", "acknowledge", "move")
GOING = ("check out", "cancel", "no-show", "unassign", "check out rooms")
HOUSEKEEPING = ("turn", "block", "turn", "unblock")
TO_ROOMS = ("book", "walk in", "check out rooms", *HOUSEKEEPING)  # independent of a guest


@dataclass(frozen=True)
class Action:
    """One action. `who` selects a guest by index; the other fields apply to some verbs."""

    verb: str
    who: int = 0
    room: str = "11"
    days: int = 0
    nights: int = 1
    to: RoomStatus = RoomStatus.READY_FOR_GUEST
    yes: bool = False

    @property
    def to_guest(self) -> bool:
        """Whether the action is on an existing guest."""
        return self.verb not in TO_ROOMS

    def predict(self, model: HotelModel, who: str, new: str) -> str:
        """The model's answer; applies the action to the model."""
        first = model.today + DAY * self.days
        until = first + DAY * self.nights
        answers: dict[str, Callable[[], str]] = {
            "book": lambda: transitions.book(model, new, ROOMS[self.room], first, until, pays=self.yes),
            "walk in": lambda: transitions.walk_in(model, new, self.room, model.today + DAY * self.nights),
            "assign": lambda: transitions.assign(model, who, self.room),
            "unassign": lambda: transitions.unassign(model, who),
            "check in": lambda: transitions.check_in(model, who, late=self.yes),
            "move": lambda: transitions.move(model, who, self.room),
            "check out": lambda: transitions.check_out(model, who),
            "check out rooms": lambda: transitions.check_out_rooms(model, self.rooms),
            "extend": lambda: transitions.extend(model, who, self.nights),
            "no-show": lambda: transitions.no_show(model, who),
            "cancel": lambda: transitions.cancel(model, who),
            "acknowledge": lambda: transitions.acknowledge(model, who, dismiss=self.yes),
            "block": lambda: transitions.block(model, self.room, first, until),
            "unblock": lambda: transitions.unblock(model, self.room),
            "turn": lambda: transitions.turn(model, self.room, self.to, model.today + DAY * self.nights),
        }
        return answers[self.verb]()

    def ask(self, hotel: str, today: date, who: str) -> Ask[Any]:
        """The ask for the product."""
        first = today + DAY * self.days
        here: dict[str, Any] = {"hotel": hotel}
        room, booking = here | {"room_number": self.room}, here | {"booking_id": who}
        asks: dict[str, Callable[[], Ask[Any]]] = {
            "book": lambda: CreateBooking(
                **here,
                room_type=ROOMS[self.room],
                check_in=first,
                check_out=first + DAY * self.nights,
                adults=1,
                children=0,
                guest=GUEST,
                source=BookingSource.STAFF,
                payment="card" if self.yes else "none",
            ),
            "walk in": lambda: AddWalkIn(**room, guest=GUEST, check_out=today + DAY * self.nights),
            "assign": lambda: AssignRoom(**booking, room_number=self.room),
            "unassign": lambda: UnassignRoom(**booking),
            "check in": lambda: CheckIn(**booking, late_arrival=self.yes),
            "move": lambda: MoveRoom(**booking, to_room_number=self.room),
            "check out": lambda: CheckOut(**booking),
            "check out rooms": lambda: CheckOutRooms(**here, rooms=self.rooms, destructive=self.yes),
            "extend": lambda: ExtendBooking(**booking, add_nights=self.nights),
            "no-show": lambda: MarkNoShow(**booking),
            "cancel": lambda: CancelBooking(**booking, reason="ill"),
            "acknowledge": lambda: AcknowledgeOverstay(**booking, dismiss=self.yes),
            "block": lambda: BlockRoom(**room, starts_on=first, until=first + DAY * self.nights, reason="paint"),
            "unblock": lambda: UnblockRoom(**room),
            "turn": lambda: ChangeRoomStatus(**room, to_status=self.to, note="so", until=today + DAY * self.nights),
        }
        return asks[self.verb]()

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms of a bulk check-out: `nights` rooms from `room` on."""
        numbers = list(ROOMS)
        begin = numbers.index(self.room)
        return tuple((numbers * 2)[begin : begin + self.nights])


def actions(*verbs: str) -> st.SearchStrategy[Action]:
    """A strategy for actions with these verbs."""
    return st.builds(
        Action,
        verb=st.sampled_from(verbs),
        who=st.integers(0, 5),
        room=st.sampled_from(sorted(ROOMS)),
        days=st.integers(0, 2),
        nights=st.integers(1, 3),
        to=st.sampled_from(STATUSES),
        yes=st.booleans(),
    )
