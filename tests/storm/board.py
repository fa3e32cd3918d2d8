"""What a plain mind keeps of a hotel: who comes when, who has which room, what is left; no time but what it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from contracts.bookings import BookingStatus, IncidentStatus
from contracts.rooms import RoomStatus
from tests.storm.ground import ZONE

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
    """That hour on the hotel's wall."""
    return datetime.combine(day, time(hours), tzinfo=ZONE).astimezone(UTC)


def nights(first: date, until: date) -> list[date]:
    """The nights `[first, until)`."""
    return [first + DAY * number for number in range((until - first).days)]


@dataclass
class Card:
    """A booking. `counted`: the room type that each of its nights counts on. `has`: its nights in its room."""

    id: str
    booked: str
    first: date
    until: date
    status: BookingStatus
    counted: dict[date, str]
    room: str | None = None
    has: tuple[date, date] | None = None
    expires_at: datetime | None = None
    incident: IncidentStatus | None = None
    dismissed_until: date | None = None

    @property
    def leaves_at(self) -> datetime:
        """When the guest must have left."""
        return at(self.until, 11)


@dataclass
class Hook:
    """A room. `closed`: its nights that are blocked; `broken`: those of them that it is out of order on."""

    number: str
    type: str
    status: RoomStatus = R.READY_FOR_GUEST
    guest: str | None = None
    closed: set[date] = field(default_factory=set)
    broken: set[date] = field(default_factory=set)
    lost: set[date] = field(default_factory=set)  # nights gone by that were blocked, of blocks that are lifted


@dataclass
class Board:
    """The whole hotel. `unheard`: bookings that came to nothing, of which rooms has not been told."""

    hooks: dict[str, Hook]
    now: datetime
    cards: dict[str, Card] = field(default_factory=dict)
    unheard: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The hotel's date."""
        return self.now.astimezone(ZONE).date()

    # what is left

    def sold(self) -> Counter[tuple[str, date]]:
        """How many of a type are sold for each night."""
        return Counter((kind, night) for card in self.cards.values() for night, kind in card.counted.items())

    def capacity(self, kind: str, night: date) -> int:
        """How many of a type there are on a night."""
        return sum(night not in hook.closed | hook.lost for hook in self.hooks.values() if hook.type == kind)

    def full(self, kind: str, wanted: list[date]) -> bool:
        sold = self.sold()
        return any(sold[kind, night] >= self.capacity(kind, night) for night in wanted)

    def in_the_way(self, room: str, wanted: list[date], *, but: str = "") -> bool:
        others = [card for card in self.cards.values() if card.room == room and card.has and card.id != but]
        return any(set(wanted) & set(nights(*card.has)) for card in others if card.has)

    # what happens by itself

    def hear(self) -> None:
        """Rooms is told what has come to nothing."""
        for who in self.unheard:
            self.cards[who].counted, self.cards[who].has = {}, None
        self.unheard = []

    def tick(self) -> None:
        """The clocks run."""
        for card in self.cards.values():
            if card.status is S.PENDING_PAYMENT and card.expires_at and self.now >= card.expires_at:
                self.come_to_nothing(card, S.EXPIRED)
            elif card.status is S.CONFIRMED and self.now >= at(card.first + DAY, 12):
                self.come_to_nothing(card, S.NO_SHOW)
            card.incident = self.new_overstay(card) or card.incident
        self.hear()

    def new_overstay(self, card: Card) -> IncidentStatus | None:
        """The incident that there must be by now, if it is a new one."""
        over = card.status is S.IN_HOUSE and self.now > card.leaves_at
        if not over or card.incident in LIVE_INCIDENT or card.dismissed_until == card.until:
            return None
        return Incident.OPEN

    def come_to_nothing(self, card: Card, status: BookingStatus) -> None:
        card.status = status
        self.unheard.append(card.id)

    def no_way_in(self, hook: Hook, wanted: list[date]) -> str:
        if (hook.status is R.OUT_OF_ORDER and wanted[0] <= self.today) or set(wanted) & hook.closed:
            return "ROOM_NOT_BOOKABLE"
        if self.in_the_way(hook.number, wanted):
            return "ROOM_OVERLAP_CONFLICT"
        if hook.guest:
            return "ROOM_OCCUPIED"
        return "" if hook.status is R.READY_FOR_GUEST else "ROOM_NOT_READY"

    def count_on(self, card: Card, kind: str) -> bool:
        moving = [night for night, counts in card.counted.items() if night >= self.today and counts != kind]
        if moving and self.full(kind, moving):
            return False
        card.counted |= dict.fromkeys(moving, kind)
        return True

    def live(self, card: Card, hook: Hook, wanted: list[date]) -> None:
        card.room, card.has = hook.number, (wanted[0], wanted[-1] + DAY)
        hook.status, hook.guest = R.OCCUPIED, card.id

    def leave(self, card: Card) -> None:
        if card.room:
            self.vacate(self.hooks[card.room])
        card.has = None
        card.counted = {night: kind for night, kind in card.counted.items() if night < self.today}
        if card.incident in LIVE_INCIDENT:
            card.incident = Incident.RESOLVED

    def lift(self, hook: Hook, meant: set[date]) -> None:
        hook.lost |= {night for night in meant if night < self.today}
        hook.closed -= meant

    @staticmethod
    def vacate(hook: Hook) -> None:
        hook.status, hook.guest = R.CHECKOUT_DIRTY, None
