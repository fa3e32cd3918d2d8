"""The environment of the hotel storm: a hotel of four rooms with bookings and rooms services, read as a model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.bulk_check_out import RoomsCheckedOut
from contracts.bookings.overstays import IncidentStatus
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import CreatedBooking
from contracts.rooms.events import RoomStatus
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel, RoomTypeDefinition
from services.bookings.settings import BookingsSettings
from services.rooms.settings import RoomsSettings
from tests.storm.actions import ROOMS, Action
from tests.storm.environment import RESET_ROOMS, ROOMS_DATA_TABLES, ZONE, StormEnvironment, staff
from tests.storm.hotel_model import DAY, ENDED, BookingModel, HotelModel, RoomModel, at, nights

SLUG = "storm-hotel"
OPENS = 14  # hour at which every run starts
WEEKS = 16  # days that a run may touch

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


class Hotel(StormEnvironment):
    """A platform with one hotel. Each run starts at 14:00."""

    invariants = ("I1", "I2", "I3", "I4", "I12", "I13")

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
        self.platform.ask(ImportHotel(definition=definition()))
        self.settle()
        self.reset_statements = {
            "bookings": self.deletions("bookings"),
            "rooms": f"{self.deletions('rooms', ROOMS_DATA_TABLES)}; {RESET_ROOMS}; {UNSOLD}",
        }
        self.began_on = self.today()

    def reset(self) -> None:
        """Delete all bookings; the time is 14:00 of the next day."""
        super().reset()
        self.began_on = self.today() + DAY
        self.advance(at(self.began_on, OPENS) - self.now())

    def does(self, action: Action, who: str) -> tuple[str, str]:
        """Perform an action as staff. Returns the answer and the id of a new booking."""
        try:
            reply = self.platform.ask(action.ask(SLUG, self.today(), who), staff(SLUG))
        except Refusal as refusal:
            return refusal.code, ""
        if isinstance(reply, RoomsCheckedOut):
            empty = sorted(failed.room_number for failed in reply.failed if failed.code == "ROOM_NOT_OCCUPIED")
            others = [f", {failed}" for failed in reply.failed if failed.room_number not in empty]
            return f"left {sorted(reply.checked_out_bookings)}, empty {empty}{''.join(others)}", ""
        return "", reply.booking.id if isinstance(reply, CreatedBooking) else ""

    def read(self) -> HotelModel:
        """The hotel's state as a model, read from the tables."""
        model = HotelModel(
            room_models={
                row[0]: RoomModel(row[0], row[1], RoomStatus(row[2]), row[3]) for row in self._rows("rooms", HOOKS)
            },
            now=self.now(),
        )
        for booking_id, kind, first, until, status, room, expires_at, incident, deadline in self._rows(
            "bookings", CARDS
        ):
            model.bookings[booking_id] = BookingModel(
                id=booking_id,
                booked_type=kind,
                first=first,
                until=until,
                status=BookingStatus(status),
                type_by_night={},
                room=room,
                expires_at=expires_at,
                incident=IncidentStatus(incident) if incident else None,
                dismissed_until=deadline.astimezone(ZONE).date() if incident == "DISMISSED" else None,
            )
        for room, booking_id, first, until, out_of_order_nights in self._rows("rooms", HAD):
            if booking_id is None:
                model.room_models[room].blocked_nights |= set(nights(first, until))
                model.room_models[room].out_of_order_nights |= (
                    set(nights(first, until)) if out_of_order_nights else set()
                )
            elif booking_id in model.bookings:
                model.bookings[booking_id].room_nights = (first, until)
        for booking_id, kind, first, until in self._rows("rooms", COUNTED):
            if booking_id in model.bookings:
                model.bookings[booking_id].type_by_night |= dict.fromkeys(nights(first, until), kind)
        self._gone_by(model)
        return model

    def wrong(self) -> list[str]:
        """The differences of counters and cleaning tasks from the model."""
        model, open_tasks = self.read(), [row[0] for row in self._rows("rooms", TASKS)]
        sold = model.sold()
        differences = [
            f"{kind} on {night}: {counter} sold, {sold[kind, night]} held, {capacity} for sale"
            for kind, night, counter, capacity in self._nights()
            if not (counter == sold[kind, night] <= capacity == model.capacity(kind, night))
        ]
        for number, room_model in model.room_models.items():
            tasks = open_tasks.count(number)
            if (
                tasks > 1
                or (room_model.status in TO_BE_CLEANED and not tasks)
                or (room_model.status in CLEAN and tasks)
            ):
                differences.append(f"room {number}: {room_model.status}, {tasks} to clean it")
        return differences

    def pending_bookings(self) -> list[str]:
        """The bookings with an unfinished action."""
        return [row[0] for row in self._rows("bookings", "SELECT id FROM booking WHERE pending IS NOT NULL")]

    def comparable_state(self, model: HotelModel) -> dict[str, Any]:
        """The comparable state of a model."""
        window = nights(self.began_on, self.began_on + DAY * WEEKS)
        today = model.today
        bookings = {
            booking.id: (
                booking.status,
                None if booking.status in ENDED else booking.room,
                booking.room_nights,
                (booking.first, booking.until),
                sorted(booking.type_by_night.items()),
                booking.incident,
            )
            for booking in model.bookings.values()
        }
        room_models = {
            room_model.number: (
                room_model.status,
                room_model.guest,
                sorted(night for night in room_model.blocked_nights if night >= today),
                sorted(night for night in room_model.out_of_order_nights if night >= today),
            )
            for room_model in model.room_models.values()
        }
        there = {(kind, night): model.capacity(kind, night) for kind in ("SGL", "DBL") for night in window}
        return {"bookings": bookings, "room_models": room_models, "there": there}

    def _gone_by(self, model: HotelModel) -> None:
        """Adds lifted blocks of past nights, which only the counters still show."""
        for kind, night, _, capacity in self._nights():
            if night >= model.today:
                return
            room_models = [
                room_model
                for room_model in model.room_models.values()
                if room_model.type == kind and night not in room_model.blocked_nights
            ]
            for room_model in room_models[: model.capacity(kind, night) - capacity]:
                room_model.past_blocked_nights.add(night)

    def _nights(self) -> list[tuple[Any, ...]]:
        return self._rows("rooms", NIGHTS, self.began_on, self.began_on + DAY * WEEKS)

    def _rows(self, service: str, statement: str, *values: date) -> list[tuple[Any, ...]]:
        with self.connections[service].cursor() as cursor:
            cursor.execute(statement, values or None)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
