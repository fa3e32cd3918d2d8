"""A model of a hotel: bookings, rooms and availability at a given time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from contracts.bookings.overstays import IncidentStatus
from contracts.bookings.status import BookingStatus
from contracts.rooms.events import RoomStatus
from tests.storm.environment import ZONE

AGAIN = "AGAIN"
DAY = timedelta(days=1)
HOLD = timedelta(minutes=15)

S, R, Incident = BookingStatus, RoomStatus, IncidentStatus
ENDED = {S.COMPLETED, S.CANCELLED, S.EXPIRED, S.NO_SHOW}
LIVE_INCIDENT = {Incident.OPEN, Incident.ACKNOWLEDGED}
TURNS = {
    R.READY_FOR_GUEST: {R.MAINTENANCE_REQUIRED, R.OUT_OF_ORDER},
    R.CHECKOUT_DIRTY: {R.CLEANING_IN_PROGRESS, R.CLEANED_UNINSPECTED, R.READY_FOR_GUEST, R.MAINTENANCE_REQUIRED},
    R.CLEANING_IN_PROGRESS: {R.CLEANED_UNINSPECTED, R.CHECKOUT_DIRTY, R.READY_FOR_GUEST, R.MAINTENANCE_REQUIRED},
    R.CLEANED_UNINSPECTED: {R.READY_FOR_GUEST, R.CHECKOUT_DIRTY, R.MAINTENANCE_REQUIRED},
    R.MAINTENANCE_REQUIRED: {R.CHECKOUT_DIRTY, R.OUT_OF_ORDER, R.READY_FOR_GUEST},
    R.OUT_OF_ORDER: {R.CHECKOUT_DIRTY, R.READY_FOR_GUEST},
}


def at(day: date, hours: int) -> datetime:
    """That hour in the hotel's time zone."""
    return datetime.combine(day, time(hours), tzinfo=ZONE).astimezone(UTC)


def nights(first: date, until: date) -> list[date]:
    """The nights `[first, until)`."""
    return [first + DAY * number for number in range((until - first).days)]


@dataclass
class BookingModel:
    """A booking. `type_by_night`: the room type sold for each night. `room_nights`: its nights in its room."""

    id: str
    booked_type: str
    first: date
    until: date
    status: BookingStatus
    type_by_night: dict[date, str]
    room: str | None = None
    room_nights: tuple[date, date] | None = None
    expires_at: datetime | None = None
    incident: IncidentStatus | None = None
    dismissed_until: date | None = None

    @property
    def leaves_at(self) -> datetime:
        """The check-out deadline."""
        return at(self.until, 11)


@dataclass
class RoomModel:
    """A room, with its blocked nights and those of them that are out of order."""

    number: str
    type: str
    status: RoomStatus = R.READY_FOR_GUEST
    guest: str | None = None
    blocked_nights: set[date] = field(default_factory=set)
    out_of_order_nights: set[date] = field(default_factory=set)
    past_blocked_nights: set[date] = field(default_factory=set)  # of lifted blocks


@dataclass
class HotelModel:
    """The whole hotel. `unreleased`: ended bookings whose nights rooms has not released yet."""

    room_models: dict[str, RoomModel]
    now: datetime
    bookings: dict[str, BookingModel] = field(default_factory=dict)
    unreleased: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The hotel's date."""
        return self.now.astimezone(ZONE).date()

    # availability

    def sold(self) -> Counter[tuple[str, date]]:
        """The number sold per room type and night."""
        return Counter(
            (kind, night) for booking in self.bookings.values() for night, kind in booking.type_by_night.items()
        )

    def capacity(self, kind: str, night: date) -> int:
        """The capacity of a room type on a night."""
        return sum(
            night not in room_model.blocked_nights | room_model.past_blocked_nights
            for room_model in self.room_models.values()
            if room_model.type == kind
        )

    def full(self, kind: str, requested: list[date]) -> bool:
        sold = self.sold()
        return any(sold[kind, night] >= self.capacity(kind, night) for night in requested)

    def has_overlap(self, room: str, requested: list[date], *, but: str = "") -> bool:
        others = [
            booking
            for booking in self.bookings.values()
            if booking.room == room and booking.room_nights and booking.id != but
        ]
        return any(set(requested) & set(nights(*booking.room_nights)) for booking in others if booking.room_nights)

    # events and timers

    def release_ended(self) -> None:
        """Rooms releases the nights of ended bookings."""
        for who in self.unreleased:
            self.bookings[who].type_by_night, self.bookings[who].room_nights = {}, None
        self.unreleased = []

    def tick(self) -> None:
        """The timers run."""
        for booking in self.bookings.values():
            if booking.status is S.PENDING_PAYMENT and booking.expires_at and self.now >= booking.expires_at:
                self.end_unused(booking, S.EXPIRED)
            elif booking.status is S.CONFIRMED and self.now >= at(booking.first + DAY, 12):
                self.end_unused(booking, S.NO_SHOW)
            booking.incident = self.new_overstay(booking) or booking.incident
        self.release_ended()

    def new_overstay(self, booking: BookingModel) -> IncidentStatus | None:
        """The incident that is due now, if it is new."""
        over = booking.status is S.IN_HOUSE and self.now > booking.leaves_at
        if not over or booking.incident in LIVE_INCIDENT or booking.dismissed_until == booking.until:
            return None
        return Incident.OPEN

    def end_unused(self, booking: BookingModel, status: BookingStatus) -> None:
        booking.status = status
        self.unreleased.append(booking.id)

    def move_in_refusal(self, room_model: RoomModel, requested: list[date]) -> str:
        if (room_model.status is R.OUT_OF_ORDER and requested[0] <= self.today) or set(
            requested
        ) & room_model.blocked_nights:
            return "ROOM_NOT_BOOKABLE"
        if self.has_overlap(room_model.number, requested):
            return "ROOM_OVERLAP_CONFLICT"
        if room_model.guest:
            return "ROOM_OCCUPIED"
        return "" if room_model.status is R.READY_FOR_GUEST else "ROOM_NOT_READY"

    def count_on(self, booking: BookingModel, kind: str) -> bool:
        moving = [night for night, counts in booking.type_by_night.items() if night >= self.today and counts != kind]
        if moving and self.full(kind, moving):
            return False
        booking.type_by_night |= dict.fromkeys(moving, kind)
        return True

    def live(self, booking: BookingModel, room_model: RoomModel, requested: list[date]) -> None:
        booking.room, booking.room_nights = room_model.number, (requested[0], requested[-1] + DAY)
        room_model.status, room_model.guest = R.OCCUPIED, booking.id

    def leave(self, booking: BookingModel) -> None:
        if booking.room:
            self.vacate(self.room_models[booking.room])
        booking.room_nights = None
        booking.type_by_night = {night: kind for night, kind in booking.type_by_night.items() if night < self.today}
        if booking.incident in LIVE_INCIDENT:
            booking.incident = Incident.RESOLVED

    def lift(self, room_model: RoomModel, meant: set[date]) -> None:
        room_model.past_blocked_nights |= {night for night in meant if night < self.today}
        room_model.blocked_nights -= meant

    @staticmethod
    def vacate(room_model: RoomModel) -> None:
        room_model.status, room_model.guest = R.CHECKOUT_DIRTY, None
