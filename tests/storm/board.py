"""What a plain mind keeps of a hotel: who comes when, who has which room, and what is left. No transactions, no time
but what it is told.

Each move answers as the hotel must: "" done, `AGAIN` done before, else the code of the refusal, and then nothing has
changed. `Board.now` is set before each.
"""

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

    def _full(self, kind: str, wanted: list[date]) -> bool:
        sold = self.sold()
        return any(sold[kind, night] >= self.capacity(kind, night) for night in wanted)

    def _in_the_way(self, room: str, wanted: list[date], *, but: str = "") -> bool:
        others = [card for card in self.cards.values() if card.room == room and card.has and card.id != but]
        return any(set(wanted) & set(nights(*card.has)) for card in others if card.has)

    # guests

    def book(self, new: str, kind: str, first: date, until: date, *, pays: bool) -> str:
        """Somebody books, by card or at the desk."""
        if self._full(kind, nights(first, until)):
            return "SOLD_OUT"
        self.cards[new] = Card(
            id=new,
            booked=kind,
            first=first,
            until=until,
            status=S.PENDING_PAYMENT if pays else S.CONFIRMED,
            counted=dict.fromkeys(nights(first, until), kind),
            expires_at=self.now + HOLD if pays else None,
        )
        return ""

    def walk_in(self, new: str, room: str, until: date) -> str:
        """Somebody stands at the desk."""
        hook, wanted = self.hooks[room], nights(self.today, until)
        problem = self._no_way_in(hook, wanted)
        if problem or self._full(hook.type, wanted):
            return problem or "SOLD_OUT"
        card = Card(
            id=new,
            booked=hook.type,
            first=self.today,
            until=until,
            status=S.IN_HOUSE,
            counted=dict.fromkeys(wanted, hook.type),
        )
        self.cards[new] = card
        self._live(card, hook, wanted)
        return ""

    def cancel(self, who: str) -> str:
        """Staff call it off, whoever is where."""
        card = self.cards[who]
        if card.status is S.CANCELLED:
            return AGAIN
        if card.status in ENDED:
            return "BOOKING_ENDED"
        if card.status is S.IN_HOUSE:
            self._leave(card)
        else:
            self.unheard.append(who)
        card.status = S.CANCELLED
        return ""

    def no_show(self, who: str) -> str:
        """Staff say that nobody came."""
        card = self.cards[who]
        if card.status is S.NO_SHOW:
            return AGAIN
        if card.status in ENDED:
            return "BOOKING_ENDED"
        if card.status is not S.CONFIRMED:
            return "ILLEGAL_TRANSITION"
        if self.now < at(card.first + DAY, 12):
            return "NO_SHOW_TOO_EARLY"
        self._come_to_nothing(card, S.NO_SHOW)
        return ""

    # rooms of guests

    def assign(self, who: str, room: str) -> str:
        """The booking is to have this room."""
        card, hook = self.cards[who], self.hooks[room]
        if card.status is not S.CONFIRMED:
            return "BOOKING_ALREADY_CHECKED_IN" if card.status is S.IN_HOUSE else "BOOKING_STATUS_NOT_ASSIGNABLE"
        if card.room == room:
            return AGAIN
        now, wanted = card.first <= self.today, nights(card.first, card.until)
        if (hook.status is R.OUT_OF_ORDER and now) or set(wanted) & hook.closed:
            return "ROOM_NOT_BOOKABLE"
        if self._in_the_way(room, wanted, but=who):
            return "ROOM_OVERLAP_CONFLICT"
        if hook.guest and now:
            return "ROOM_OCCUPIED"
        if not self._count_on(card, hook.type):
            return "SOLD_OUT"
        card.room, card.has = room, (card.first, card.until)
        return ""

    def unassign(self, who: str) -> str:
        """The booking is to have no room."""
        card = self.cards[who]
        if card.status is not S.CONFIRMED:
            return "BOOKING_ALREADY_CHECKED_IN" if card.status is S.IN_HOUSE else "BOOKING_STATUS_NOT_ASSIGNABLE"
        if card.room is None:
            return AGAIN
        card.room = card.has = None
        self._count_on(card, card.booked)
        return ""

    def check_in(self, who: str, *, late: bool) -> str:
        """The guest arrives."""
        card = self.cards[who]
        if card.status is not S.CONFIRMED:
            return AGAIN if card.status is S.IN_HOUSE else "BOOKING_NOT_ELIGIBLE"
        if self.today < card.first:
            return "CHECKIN_WRONG_DATE"
        if self.now < at(card.first, 12):
            return "CHECKIN_TOO_EARLY"
        if (self.now > at(card.first + DAY, 2) and not late) or self.now >= card.leaves_at:
            return "CHECKIN_TOO_LATE"
        if card.room is None:
            return "NO_ROOM_ASSIGNED"
        hook = self.hooks[card.room]
        if hook.status is not R.READY_FOR_GUEST:
            return "ROOM_NOT_READY"
        card.status, hook.status, hook.guest = S.IN_HOUSE, R.OCCUPIED, who
        return ""

    def move(self, who: str, room: str) -> str:
        """The guest is to live in another room."""
        card, hook = self.cards[who], self.hooks[room]
        if card.status is not S.IN_HOUSE or card.has is None or card.room is None:
            return "NOT_CHECKED_IN"
        if card.room == room:
            return AGAIN
        first, until = card.has
        wanted = nights(max(first, min(self.today, until - DAY)), until)
        problem = self._no_way_in(hook, wanted)
        if problem or not self._count_on(card, hook.type):
            return problem or "SOLD_OUT"
        self._vacate(self.hooks[card.room])
        self._live(card, hook, wanted)
        return ""

    def check_out(self, who: str) -> str:
        """The guest leaves."""
        card = self.cards[who]
        if card.status is not S.IN_HOUSE:
            return AGAIN if card.status is S.COMPLETED else "NOT_CHECKED_IN"
        self._leave(card)
        card.status = S.COMPLETED
        return ""

    def check_out_rooms(self, rooms: tuple[str, ...]) -> str:
        """All guests of these rooms leave; who left and who was not there is the answer."""
        wanted = sorted(set(rooms))
        guests = [self.hooks[room].guest for room in wanted]
        for guest in guests:
            if guest:
                self.check_out(guest)
        empty = [room for room, guest in zip(wanted, guests, strict=True) if guest is None]
        return f"left {sorted(filter(None, guests))}, empty {empty}"

    def extend(self, who: str, days: int) -> str:
        """The guest stays on."""
        card = self.cards[who]
        if card.status is not S.IN_HOUSE or card.room is None or card.has is None:
            return "NOT_CHECKED_IN"
        hook, more = self.hooks[card.room], nights(card.until, card.until + DAY * days)
        if self._in_the_way(card.room, more, but=who) or set(more) & hook.closed:
            return "EXTENSION_CONFLICT"
        if self._full(hook.type, more):
            return "SOLD_OUT"
        card.counted |= dict.fromkeys(more, hook.type)
        card.until = card.until + DAY * days
        card.has = (card.has[0], card.until)
        if card.incident in LIVE_INCIDENT and card.leaves_at > self.now:
            card.incident = Incident.RESOLVED
        return ""

    def acknowledge(self, who: str, *, dismiss: bool) -> str:
        """Staff know that the guest has overstayed, or say that it is no overstay."""
        card = self.cards[who]
        incident = self._overstay(card) or card.incident
        if incident is None:
            return "NO_OVERSTAY"
        wanted = Incident.DISMISSED if dismiss else Incident.ACKNOWLEDGED
        if incident is wanted:
            return AGAIN
        if incident not in LIVE_INCIDENT:
            return "ILLEGAL_TRANSITION"
        card.incident = wanted
        card.dismissed_until = card.until if dismiss else card.dismissed_until
        return ""

    # rooms

    def block(self, room: str, first: date, until: date) -> str:
        """Nobody is to have the room on these nights."""
        hook, wanted = self.hooks[room], nights(first, until)
        lived_in = hook.guest is not None and first <= self.today
        if lived_in or self._in_the_way(room, wanted) or set(wanted) & hook.closed:
            return "ROOM_OVERLAP_CONFLICT"
        sold = self.sold()
        if any(sold[hook.type, night] > self.capacity(hook.type, night) - 1 for night in wanted):
            return "WOULD_OVERSELL"
        hook.closed |= set(wanted)
        return ""

    def unblock(self, room: str) -> str:
        """The room's blocks are lifted."""
        hook = self.hooks[room]
        self._lift(hook, hook.closed - hook.broken)
        return ""

    def turn(self, room: str, to: RoomStatus, until: date) -> str:
        """Staff send the room to a status; `until` is for a room that goes out of order."""
        hook = self.hooks[room]
        if hook.status is to:
            return AGAIN
        if hook.guest:
            return "ROOM_HAS_GUEST"
        if to not in TURNS[hook.status]:
            return "ILLEGAL_ROOM_TRANSITION"
        if to is R.OUT_OF_ORDER:
            problem = self.block(room, self.today, until)
            if problem:
                return problem
            hook.broken |= set(nights(self.today, until))
        if hook.status is R.OUT_OF_ORDER:
            self._lift(hook, hook.broken)
            hook.broken = set()
        hook.status = to
        return ""

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
                self._come_to_nothing(card, S.EXPIRED)
            elif card.status is S.CONFIRMED and self.now >= at(card.first + DAY, 12):
                self._come_to_nothing(card, S.NO_SHOW)
            card.incident = self._overstay(card) or card.incident
        self.hear()

    def _overstay(self, card: Card) -> IncidentStatus | None:
        """The incident that there must be by now, if it is a new one."""
        over = card.status is S.IN_HOUSE and self.now > card.leaves_at
        if not over or card.incident in LIVE_INCIDENT or card.dismissed_until == card.until:
            return None
        return Incident.OPEN

    def _come_to_nothing(self, card: Card, status: BookingStatus) -> None:
        card.status = status
        self.unheard.append(card.id)

    def _no_way_in(self, hook: Hook, wanted: list[date]) -> str:
        if (hook.status is R.OUT_OF_ORDER and wanted[0] <= self.today) or set(wanted) & hook.closed:
            return "ROOM_NOT_BOOKABLE"
        if self._in_the_way(hook.number, wanted):
            return "ROOM_OVERLAP_CONFLICT"
        if hook.guest:
            return "ROOM_OCCUPIED"
        return "" if hook.status is R.READY_FOR_GUEST else "ROOM_NOT_READY"

    def _count_on(self, card: Card, kind: str) -> bool:
        moving = [night for night, counts in card.counted.items() if night >= self.today and counts != kind]
        if moving and self._full(kind, moving):
            return False
        card.counted |= dict.fromkeys(moving, kind)
        return True

    def _live(self, card: Card, hook: Hook, wanted: list[date]) -> None:
        card.room, card.has = hook.number, (wanted[0], wanted[-1] + DAY)
        hook.status, hook.guest = R.OCCUPIED, card.id

    def _leave(self, card: Card) -> None:
        if card.room:
            self._vacate(self.hooks[card.room])
        card.has = None
        card.counted = {night: kind for night, kind in card.counted.items() if night < self.today}
        if card.incident in LIVE_INCIDENT:
            card.incident = Incident.RESOLVED

    def _lift(self, hook: Hook, meant: set[date]) -> None:
        hook.lost |= {night for night in meant if night < self.today}
        hook.closed -= meant

    @staticmethod
    def _vacate(hook: Hook) -> None:
        hook.status, hook.guest = R.CHECKOUT_DIRTY, None
