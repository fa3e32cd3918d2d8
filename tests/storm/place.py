"""Where the storm blows: bookings, payments and rooms on real databases, and the card provider without a socket.

Built once for many lives: `fresh` forgets all bookings and all money, and sets every clock back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings import BookingDetail, CreateBooking, CreatedBooking, GetBooking, GuestDetails
from contracts.payments import Reconcile, ReconciliationPart, StoreWebhook
from contracts.payments import ReconciliationFinding as Drift
from contracts.rooms import HotelDefinition, ImportHotel
from contracts.rooms.hotel_import import RoomTypeDefinition
from contracts.values import Caller, CancellationPolicy, Context, HotelSettings, PolicyTier
from hotelmate.invariants.context import ExaminationContext
from sandbox.stripe.in_memory import InMemoryStripe
from sandbox.stripe.store import Json
from sandbox.stripe.webhook_sender import signature
from services.bookings.settings import BookingsSettings
from services.payments.settings import PaymentsSettings
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies
from services.rooms.settings import RoomsSettings
from tests.fakes.mortal import MortalCards
from tests.fakes.rewinding import OneConnection
from tests.storm.ground import LEFT_IN_ROOMS, ROOMS_AT_FIRST, ZONE, Ground, staff

KEY, SECRET = "sk_test_storm_1234", "whsec_storm"
PLENTY = 1_000_000  # of rooms for every night
FORGOTTEN: dict[str, tuple[str, ...]] = {
    "bookings": (),
    "payments": (),
    "rooms": LEFT_IN_ROOMS,
}

FREE, WHOLE, SHARE, INSTANT = "storm-free", "storm-whole", "storm-share", "storm-instant"
MONEY = ("I7", "I8", "I9", "I10", "I11")  # the storm's own; it sells rooms that no hotel has
PERCENT = Decimal(60)  # so much that what goes back could go back twice
POLICIES = {
    FREE: CancellationPolicy(kind="FLEXIBLE"),
    WHOLE: CancellationPolicy(kind="NON_REFUNDABLE"),
    SHARE: CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="PERCENTAGE", value=PERCENT),)),
    INSTANT: CancellationPolicy(kind="NON_REFUNDABLE"),
}


def hotel(slug: str) -> HotelDefinition:
    return HotelDefinition(
        slug=slug,
        name=slug.title(),
        code=slug[-3:].upper(),
        timezone=str(ZONE),
        currency="EUR",
        room_types=(
            RoomTypeDefinition(code="DBL", name="Double", max_occupancy=2, base_price="137.61", rooms=("1", "2")),
        ),
        settings=replace(HotelSettings(), approval_required=slug != INSTANT),
        policy=POLICIES[slug],
    )


def guest(created: CreatedBooking) -> Context:
    return Context(caller=Caller(kind="guest", guest_token=created.guest_token))


class Place(Ground):
    """The town, its provider, and the post between them, which is in the hands of the test."""

    judged_by = MONEY

    def __init__(self, new_database: Callable[[str], str]) -> None:
        self.stripe = InMemoryStripe(api_key=KEY)
        self.cards = StripeCards(KEY, url="http://stripe.invalid", secrets=(SECRET,), http=self.stripe)
        demo: dict[str, Any] = {"mode": "demo"}
        super().__init__(
            new_database,
            {
                "bookings": lambda url: BookingsSettings(database_url=url, guest_token_key="k" * 32, **demo),
                "payments": lambda url: PaymentsSettings(
                    database_url=url, return_origins="https://hotel.example", **demo
                ),
                "rooms": lambda url: RoomsSettings(database_url=url, **demo),
            },
        )
        self.restart()
        for slug in POLICIES:
            self.town.ask(ImportHotel(definition=hotel(slug)))
        # So many are sold that what comes back with a beginning may be let go of any number of times.
        self.sql("rooms", f"UPDATE night SET overbooking = {PLENTY}, sold = {PLENTY // 2}")
        self.settle()
        self.forget = {name: self.deletions(name, some) for name, some in FORGOTTEN.items()}
        self.forget["rooms"] += f"; {ROOMS_AT_FIRST}"
        self.delivered: list[str] = []
        self.answered: set[str] = set()

    def dependencies(self, name: str) -> Any:
        if name == "payments":
            return PaymentsDependencies(cards=MortalCards(self.cards, self.fate), origins=("https://hotel.example",))
        return super().dependencies(name)

    def fresh(self) -> None:
        """As it was at first: no bookings, no money, real time."""
        super().fresh()
        self.stripe.state.reset()
        self.delivered.clear()
        self.answered.clear()

    @contextmanager
    def rewinding(self) -> Iterator[Rewinding]:
        """For as long as the block runs, everything can be taken back, and at its end nothing has happened."""
        engines = {name: house.engine for name, house in self.town.houses.items()}
        looking, held = self.looking, {name: OneConnection(engine) for name, engine in engines.items()}
        self.looking = {name: one.connection.connection.dbapi_connection for name, one in held.items()}
        for name, house in self.town.houses.items():
            house.engine = held[name]  # type: ignore[assignment]
        self.restart()
        try:
            yield Rewinding(self, held)
        finally:
            self.looking = looking
            for name, house in self.town.houses.items():
                held[name].close()
                house.engine = engines[name]
            self.fresh()

    # people

    def book(self, slug: str, *, days: int = 90) -> CreatedBooking:
        """A guest books two nights, so many days from now: later than any storm lasts, so that everybody may come."""
        arrives = self.today() + timedelta(days=days)
        return self.town.ask(
            CreateBooking(
                hotel=slug,
                room_type="DBL",
                check_in=arrives,
                check_out=arrives + timedelta(days=2),
                adults=1,
                children=0,
                guest=GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone=""),
            ),
            Context(),
        )

    def booking(self, created: CreatedBooking) -> BookingDetail:
        """The booking as staff see it now."""
        slug = created.booking.hotel
        return self.town.ask(GetBooking(hotel=slug, booking_id=created.booking.id), staff(slug))

    def advance(self, delta: timedelta) -> None:
        """Everybody's clock, the provider's included."""
        super().advance(delta)
        self.stripe.advance(int(delta.total_seconds()))

    # the provider's notices

    def undelivered(self) -> list[Json]:
        """What the provider would still tell us, oldest first."""
        return [event for event in self.stripe.events() if event["id"] not in self.delivered]

    def deliver(self, event: Json, *, renamed: str = "") -> bool:
        """Bring one notice to our door, signed; whether it was answered 2xx. `renamed` tells it as another event."""
        event = {**event, "id": event["id"] + renamed}
        body = json.dumps(event)
        try:
            self.town.ask(StoreWebhook(body=body, signature=signature(body, [SECRET])))
        except Refusal:
            return False
        if event["id"] not in self.answered and not renamed:
            self.delivered.append(event["id"])
        self.answered.add(event["id"])
        return True

    # judges

    def examination(self, **more: Any) -> ExaminationContext:
        """With the provider's journal beside our ledger."""
        return super().examination(journal=self.stripe.journal(), acknowledged=self.answered, **more)

    def drift(self) -> list[Drift]:
        """What `hotelmate reconcile` would find, which changes nothing."""
        found: list[Drift] = []
        for part in ReconciliationPart:
            after: str | None = ""
            while after is not None:
                page = self.town.ask(Reconcile(part=part, run="storm", after=after or None))
                found += page.findings
                after = page.next
        return found

    def purse(self, booking_id: str) -> Purse:
        """The booking's money, by the provider's journal alone."""
        mine = [entry for entry in self.stripe.journal() if self._whose(entry) == booking_id]
        return Purse(mine)

    def _whose(self, entry: Json) -> str:
        intent = self.stripe.state.store.intents[entry["payment_intent"]]
        return str(intent["metadata"].get("booking_id"))


class Rewinding:
    """How to take a place back."""

    def __init__(self, place: Place, databases: dict[str, OneConnection]) -> None:
        self._place = place
        self._databases = databases

    @contextmanager
    def tried(self) -> Iterator[None]:
        """What happens in the block has not happened after it."""
        place = self._place
        marks = {name: database.mark() for name, database in self._databases.items()}
        stripe, delivered, answered = place.stripe.snapshot(), list(place.delivered), set(place.answered)
        try:
            yield
        finally:
            for name, database in self._databases.items():
                database.back_to(marks[name])
            place.stripe.restore(stripe, reusable=False)
            place.delivered, place.answered = delivered, answered


class Purse:
    """What the provider has booked for one booking, in minor units."""

    def __init__(self, entries: list[Json]) -> None:
        self.movements = [(str(entry["movement"]), int(entry["amount"])) for entry in entries]
        self.captures = sum(movement == "capture" for movement, _ in self.movements)

    def total(self, *movements: str) -> int:
        return sum(amount for movement, amount in self.movements if movement in movements)

    @property
    def held(self) -> int:
        """Promised by cards and not let go."""
        return self.total("authorise") - self.total("capture", "release", "void", "expire")

    @property
    def kept(self) -> int:
        """Taken and not given back."""
        return self.total("capture", "refund_failed") - self.total("refund")
