"""A hotel of four rooms on two floors, run by bookings and rooms alone, and how it stands as a board."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings import BookingStatus, CreatedBooking, IncidentStatus, RoomsCheckedOut
from contracts.rooms import HotelDefinition, ImportHotel, RoomStatus
from contracts.rooms.hotel_import import RoomTypeDefinition
from services.bookings.settings import BookingsSettings
from services.rooms.settings import RoomsSettings
from tests.storm.board import DAY, ENDED, Board, Card, Hook, at, nights
from tests.storm.deeds import ROOMS, Deed
from tests.storm.ground import LEFT_IN_ROOMS, ROOMS_AT_FIRST, ZONE, Ground, staff

SLUG = "storm-hotel"
OPENS = 14  # o'clock of the day on which every story begins
WEEKS = 16  # days that a story may touch

CARDS = """
    SELECT b.id, b.room_type_code, b.check_in, b.check_out, b.status, b.assigned_room_number, b.expires_at,
           o.status AS incident, o.deadline_at
    FROM booking b LEFT JOIN LATERAL (
        SELECT status, deadline_at FROM overstay WHERE booking_id = b.id ORDER BY opened_at DESC LIMIT 1
    ) AS o ON true ORDER BY b.created_at
"""
HOOKS = """
    SELECT r.room_number, t.code, r.status, r.occupied_by FROM room r JOIN room_type t ON t.id = r.room_type_id
    ORDER BY r.id
"""
HAD = """
    SELECT r.room_number, p.booking_id, lower(p.nights), upper(p.nights), p.out_of_order
    FROM period p JOIN room r ON r.id = p.room_id WHERE p.live
"""
COUNTED = """
    SELECT h.booking_id, t.code, h.first_night, h.until FROM hold_part h JOIN room_type t ON t.id = h.room_type_id
"""
NIGHTS = """
    SELECT t.code, n.night, n.sold, n.capacity FROM night n JOIN room_type t ON t.id = n.room_type_id
    WHERE n.night >= %s AND n.night < %s ORDER BY n.night
"""
TASKS = "SELECT r.room_number FROM cleaning_task c JOIN room r ON r.id = c.room_id WHERE c.done_at IS NULL"
UNSOLD = "UPDATE night SET sold = 0, capacity = 2 WHERE sold <> 0 OR capacity <> 2"
TO_BE_CLEANED = {RoomStatus.CHECKOUT_DIRTY, RoomStatus.CLEANING_IN_PROGRESS}
CLEAN = {RoomStatus.READY_FOR_GUEST, RoomStatus.CLEANED_UNINSPECTED, RoomStatus.OCCUPIED}


def definition() -> HotelDefinition:
    """The hotel."""
    kinds = [(code, [number for number, kind in ROOMS.items() if kind == code]) for code in ("SGL", "DBL")]
    return HotelDefinition(
        slug=SLUG,
        name="Storm Hotel",
        code="STO",
        timezone=str(ZONE),
        currency="EUR",
        room_types=tuple(
            RoomTypeDefinition(code=code, name=code, max_occupancy=2, base_price="100.00", rooms=tuple(numbers))
            for code, numbers in kinds
        ),
    )


class Hotel(Ground):
    """The town of one hotel. Its day begins at two in the afternoon."""

    judged_by = ("I1", "I2", "I3", "I4", "I12", "I13")

    def __init__(self, new_database: Callable[[str], str]) -> None:
        demo: dict[str, Any] = {"mode": "demo"}
        super().__init__(
            new_database,
            {
                "bookings": lambda url: BookingsSettings(database_url=url, guest_token_key="k" * 32, **demo),
                "rooms": lambda url: RoomsSettings(database_url=url, **demo),
            },
        )
        self.restart()
        self.town.ask(ImportHotel(definition=definition()))
        self.settle()
        self.forget = {
            "bookings": self.deletions("bookings"),
            "rooms": f"{self.deletions('rooms', LEFT_IN_ROOMS)}; {ROOMS_AT_FIRST}; {UNSOLD}",
        }
        self.began_on = self.today()

    def fresh(self) -> None:
        """Empty, clean, and two o'clock on the day after this."""
        super().fresh()
        self.began_on = self.today() + DAY
        self.advance(at(self.began_on, OPENS) - self.now())

    def does(self, deed: Deed, who: str) -> tuple[str, str]:
        """Do it as staff: how it was answered, and the id of a booking that is new."""
        try:
            reply = self.town.ask(deed.asked(SLUG, self.today(), who), staff(SLUG))
        except Refusal as refusal:
            return refusal.code, ""
        if isinstance(reply, RoomsCheckedOut):
            empty = sorted(failed.room_number for failed in reply.failed if failed.code == "ROOM_NOT_OCCUPIED")
            others = [f", {failed}" for failed in reply.failed if failed.room_number not in empty]
            return f"left {sorted(reply.checked_out_bookings)}, empty {empty}{''.join(others)}", ""
        return "", reply.booking.id if isinstance(reply, CreatedBooking) else ""

    def read(self) -> Board:
        """How the hotel stands, by its tables."""
        board = Board(
            hooks={row[0]: Hook(row[0], row[1], RoomStatus(row[2]), row[3]) for row in self._rows("rooms", HOOKS)},
            now=self.now(),
        )
        for booking_id, kind, first, until, status, room, expires_at, incident, deadline in self._rows(
            "bookings", CARDS
        ):
            board.cards[booking_id] = Card(
                id=booking_id,
                booked=kind,
                first=first,
                until=until,
                status=BookingStatus(status),
                counted={},
                room=room,
                expires_at=expires_at,
                incident=IncidentStatus(incident) if incident else None,
                dismissed_until=deadline.astimezone(ZONE).date() if incident == "DISMISSED" else None,
            )
        for room, booking_id, first, until, broken in self._rows("rooms", HAD):
            if booking_id is None:
                board.hooks[room].closed |= set(nights(first, until))
                board.hooks[room].broken |= set(nights(first, until)) if broken else set()
            elif booking_id in board.cards:
                board.cards[booking_id].has = (first, until)
        for booking_id, kind, first, until in self._rows("rooms", COUNTED):
            if booking_id in board.cards:
                board.cards[booking_id].counted |= dict.fromkeys(nights(first, until), kind)
        self._gone_by(board)
        return board

    def wrong(self) -> list[str]:
        """What no board tells: counters beside what is held, and the work of housekeeping."""
        board, open_tasks = self.read(), [row[0] for row in self._rows("rooms", TASKS)]
        sold = board.sold()
        found = [
            f"{kind} on {night}: {counter} sold, {sold[kind, night]} held, {capacity} for sale"
            for kind, night, counter, capacity in self._nights()
            if not (counter == sold[kind, night] <= capacity == board.capacity(kind, night))
        ]
        for number, hook in board.hooks.items():
            tasks = open_tasks.count(number)
            if tasks > 1 or (hook.status in TO_BE_CLEANED and not tasks) or (hook.status in CLEAN and tasks):
                found.append(f"room {number}: {hook.status}, {tasks} to clean it")
        return found

    def lies(self) -> list[str]:
        """The bookings with which something is under way."""
        return [row[0] for row in self._rows("bookings", "SELECT id FROM booking WHERE pending IS NOT NULL")]

    def shown(self, board: Board) -> dict[str, Any]:
        """What two boards must have in common."""
        window = nights(self.began_on, self.began_on + DAY * WEEKS)
        today = board.today
        cards = {
            card.id: (
                card.status,
                None if card.status in ENDED else card.room,
                card.has,
                (card.first, card.until),
                sorted(card.counted.items()),
                card.incident,
            )
            for card in board.cards.values()
        }
        hooks = {
            hook.number: (
                hook.status,
                hook.guest,
                sorted(night for night in hook.closed if night >= today),
                sorted(night for night in hook.broken if night >= today),
            )
            for hook in board.hooks.values()
        }
        there = {(kind, night): board.capacity(kind, night) for kind in ("SGL", "DBL") for night in window}
        return {"cards": cards, "hooks": hooks, "there": there}

    def _gone_by(self, board: Board) -> None:
        """Blocks of nights gone by, which are lifted: the counters alone still know of them."""
        for kind, night, _, capacity in self._nights():
            if night >= board.today:
                return
            hooks = [hook for hook in board.hooks.values() if hook.type == kind and night not in hook.closed]
            for hook in hooks[: board.capacity(kind, night) - capacity]:
                hook.lost.add(night)

    def _nights(self) -> list[tuple[Any, ...]]:
        return self._rows("rooms", NIGHTS, self.began_on, self.began_on + DAY * WEEKS)

    def _rows(self, service: str, statement: str, *values: date) -> list[tuple[Any, ...]]:
        with self.looking[service].cursor() as cursor:
            cursor.execute(statement, values or None)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
