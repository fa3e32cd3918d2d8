"""What people do at a hotel's desk, as data: so that it can be foreseen, done, done twice at once, and printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from contracts.bookings import (
    AcknowledgeOverstay,
    AddWalkIn,
    AssignRoom,
    BookingSource,
    CancelBooking,
    CheckIn,
    CheckOut,
    CheckOutRooms,
    CreateBooking,
    ExtendBooking,
    GuestDetails,
    MarkNoShow,
    MoveRoom,
    UnassignRoom,
)
from contracts.message import Ask
from contracts.rooms import BlockRoom, ChangeRoomStatus, RoomStatus, UnblockRoom
from tests.storm import moves
from tests.storm.board import DAY, Board

ROOMS = {"11": "SGL", "12": "SGL", "21": "DBL", "22": "DBL"}
GUEST = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="")
STATUSES = [status for status in RoomStatus if status is not RoomStatus.OCCUPIED]

ARRIVING = ("check in", "assign", "book", "walk in", "assign", "check in")
STAYING = ("move", "extend", "acknowledge", "move")
GOING = ("check out", "cancel", "no-show", "unassign", "check out rooms")
HOUSEKEEPING = ("turn", "block", "turn", "unblock")
TO_ROOMS = ("book", "walk in", "check out rooms", *HOUSEKEEPING)  # whoever the guests are


@dataclass(frozen=True)
class Deed:
    """One thing that somebody does. `who` picks a guest of those there are; the rest counts where the verb needs it."""

    verb: str
    who: int = 0
    room: str = "11"
    days: int = 0
    nights: int = 1
    to: RoomStatus = RoomStatus.READY_FOR_GUEST
    yes: bool = False

    @property
    def to_guest(self) -> bool:
        """Whether it is done to a guest who must be known."""
        return self.verb not in TO_ROOMS

    def foreseen(self, board: Board, who: str, new: str) -> str:
        """What the plain mind answers; the board is then as it will be."""
        first = board.today + DAY * self.days
        until = first + DAY * self.nights
        answers = {
            "book": lambda: moves.book(board, new, ROOMS[self.room], first, until, pays=self.yes),
            "walk in": lambda: moves.walk_in(board, new, self.room, board.today + DAY * self.nights),
            "assign": lambda: moves.assign(board, who, self.room),
            "unassign": lambda: moves.unassign(board, who),
            "check in": lambda: moves.check_in(board, who, late=self.yes),
            "move": lambda: moves.move(board, who, self.room),
            "check out": lambda: moves.check_out(board, who),
            "check out rooms": lambda: moves.check_out_rooms(board, self.rooms),
            "extend": lambda: moves.extend(board, who, self.nights),
            "no-show": lambda: moves.no_show(board, who),
            "cancel": lambda: moves.cancel(board, who),
            "acknowledge": lambda: moves.acknowledge(board, who, dismiss=self.yes),
            "block": lambda: moves.block(board, self.room, first, until),
            "unblock": lambda: moves.unblock(board, self.room),
            "turn": lambda: moves.turn(board, self.room, self.to, board.today + DAY * self.nights),
        }
        return answers[self.verb]()

    def asked(self, hotel: str, today: date, who: str) -> Ask[Any]:
        """What the product is asked."""
        first = today + DAY * self.days
        here: dict[str, Any] = {"hotel": hotel}
        room, booking = here | {"room_number": self.room}, here | {"booking_id": who}
        asks = {
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
        """The rooms of a bulk check-out: so many from this one on, each floor in a row."""
        numbers = list(ROOMS)
        begin = numbers.index(self.room)
        return tuple((numbers * 2)[begin : begin + self.nights])


def deeds(*verbs: str) -> st.SearchStrategy[Deed]:
    """Any of these, about anybody and any room."""
    return st.builds(
        Deed,
        verb=st.sampled_from(verbs),
        who=st.integers(0, 5),
        room=st.sampled_from(sorted(ROOMS)),
        days=st.integers(0, 2),
        nights=st.integers(1, 3),
        to=st.sampled_from(STATUSES),
        yes=st.booleans(),
    )
