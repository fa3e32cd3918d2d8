"""The environment of the payment storm: bookings, payments and rooms on real databases, and the in-memory Stripe.

Created once for many runs: `reset` deletes all bookings and payments and resets every clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.asks import CreateBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import BookingDetail, CreatedBooking, GuestDetails
from contracts.payments.reconciliation import Reconcile, ReconciliationPart
from contracts.payments.reconciliation import ReconciliationFinding as Drift
from contracts.payments.webhooks import StoreWebhook
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel, RoomTypeDefinition
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
from tests.fakes.crashing import CrashingCards
from tests.fakes.rewindable import RewindableConnection
from tests.storm.environment import RESET_ROOMS, ROOMS_DATA_TABLES, ZONE, StormEnvironment, staff

KEY, SECRET = "sk_test_storm_1234", "whsec_storm"
PURPOSE = sa.text("SELECT purpose FROM payment WHERE id = :id")
MANY_ROOMS = 1_000_000  # capacity of every night
DATA_TABLES: dict[str, tuple[str, ...]] = {
    "bookings": (),
    "payments": (),
    "rooms": ROOMS_DATA_TABLES,
}

FREE, WHOLE, SHARE, INSTANT = "storm-free", "storm-whole", "storm-share", "storm-instant"
MONEY_INVARIANTS = ("I7", "I8", "I9", "I10", "I11")  # the others do not hold: the storm oversells rooms
PERCENT = Decimal(60)  # large enough that a double refund would be possible
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


class PaymentEnvironment(StormEnvironment):
    """The platform with its payment provider; the test delivers the webhooks."""

    invariants = MONEY_INVARIANTS

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
            self.platform.ask(ImportHotel(definition=hotel(slug)))
        # High enough that holds of restored states can be released any number of times.
        self.sql("rooms", f"UPDATE night SET overbooking = {MANY_ROOMS}, sold = {MANY_ROOMS // 2}")
        self.settle()
        self.reset_statements = {name: self.deletions(name, some) for name, some in DATA_TABLES.items()}
        self.reset_statements["rooms"] += f"; {RESET_ROOMS}"
        self.delivered: list[str] = []
        self.answered: set[str] = set()

    def dependencies(self, name: str) -> Any:
        if name == "payments":
            return PaymentsDependencies(
                cards=CrashingCards(self.cards, self.crash_points), origins=("https://hotel.example",)
            )
        return super().dependencies(name)

    def reset(self) -> None:
        """Delete all bookings and payments and return to real time."""
        super().reset()
        self.stripe.state.reset()
        self.delivered.clear()
        self.answered.clear()

    @contextmanager
    def rewindable_databases(self) -> Iterator[Rewind]:
        """Make the databases rewindable during the block; at its end, everything is rolled back.

        The test's own statements then run as the services' running roles, too: a database has one connection.
        """
        services = self.platform.services
        engines = {name: (instance.engine, instance.running) for name, instance in services.items()}
        connections = self.connections
        held = {name: RewindableConnection(running) for name, (_, running) in engines.items()}
        self.connections = {
            name: connection.connection.connection.dbapi_connection for name, connection in held.items()
        }
        for name, instance in services.items():
            instance.engine = instance.running = held[name]  # type: ignore[assignment]
        self.restart()
        try:
            yield Rewind(self, held)
        finally:
            self.connections = connections
            for name, instance in services.items():
                held[name].close()
                instance.engine, instance.running = engines[name]
            self.reset()

    # actors

    def book(self, slug: str, *, days: int = 90) -> CreatedBooking:
        """A guest books two nights, `days` from now: later than any run lasts."""
        arrives = self.today() + timedelta(days=days)
        return self.platform.ask(
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
        """The booking as staff see it."""
        slug = created.booking.hotel
        return self.platform.ask(GetBooking(hotel=slug, booking_id=created.booking.id), staff(slug))

    def advance(self, delta: timedelta) -> None:
        """Advance every clock, the provider's included."""
        super().advance(delta)
        self.stripe.advance(int(delta.total_seconds()))

    # webhooks

    def undelivered(self) -> list[Json]:
        """The provider's events that were not delivered, oldest first."""
        return [event for event in self.stripe.events() if event["id"] not in self.delivered]

    def deliver(self, event: Json, *, renamed: str = "") -> bool:
        """Deliver one webhook. Returns whether it was accepted. `renamed` is a suffix for a new event id."""
        event = {**event, "id": event["id"] + renamed}
        body = json.dumps(event)
        try:
            self.platform.ask(StoreWebhook(body=body, signature=signature(body, [SECRET])))
        except Refusal:
            return False
        if event["id"] not in self.answered and not renamed:
            self.delivered.append(event["id"])
        self.answered.add(event["id"])
        return True

    # checks

    def examination(self, **more: Any) -> ExaminationContext:
        """The input of the invariants, with the provider's journal."""
        return super().examination(journal=self.stripe.journal(), acknowledged=self.answered, **more)

    def reconciliation_findings(self) -> list[Drift]:
        """The findings of `hotelmate reconcile`."""
        reconciliation_findings: list[Drift] = []
        for part in ReconciliationPart:
            after: str | None = ""
            while after is not None:
                page = self.platform.ask(Reconcile(part=part, run="storm", after=after or None))
                reconciliation_findings += page.findings
                after = page.next
        return reconciliation_findings

    def purpose(self, payment_id: str) -> str:
        """What the payment pays, by the payments service: the booking, or its balance."""
        with self.platform.services["payments"].engine.connect() as connection:
            return str(connection.execute(PURPOSE, {"id": payment_id}).scalar_one())

    def payments(self, booking_id: str) -> PaymentTotals:
        """The booking's payments, by the provider's journal."""
        entries = [entry for entry in self.stripe.journal() if self._whose(entry) == booking_id]
        return PaymentTotals(entries)

    def _whose(self, entry: Json) -> str:
        intent = self.stripe.state.store.intents[entry["payment_intent"]]
        return str(intent["metadata"].get("booking_id"))


class Rewind:
    """Rolls an environment back."""

    def __init__(self, environment: PaymentEnvironment, databases: dict[str, RewindableConnection]) -> None:
        self._environment = environment
        self._databases = databases

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Roll back the block's changes at its end."""
        environment = self._environment
        savepoints = {name: database.savepoint() for name, database in self._databases.items()}
        stripe, delivered, answered = (
            environment.stripe.snapshot(),
            list(environment.delivered),
            set(environment.answered),
        )
        try:
            yield
        finally:
            for name, database in self._databases.items():
                database.rollback_to(savepoints[name])
            environment.stripe.restore(stripe, reusable=False)
            environment.delivered, environment.answered = delivered, answered


class PaymentTotals:
    """The provider's totals for one booking, in minor units."""

    def __init__(self, entries: list[Json]) -> None:
        self.movements = [(str(entry["movement"]), int(entry["amount"])) for entry in entries]
        self.captures = sum(movement == "capture" for movement, _ in self.movements)

    def total(self, *movements: str) -> int:
        return sum(amount for movement, amount in self.movements if movement in movements)

    @property
    def held(self) -> int:
        """The authorised amount not captured, released, voided or expired."""
        return self.total("authorise") - self.total("capture", "release", "void", "expire")

    @property
    def retained(self) -> int:
        """The captured amount not refunded."""
        return self.total("capture", "refund_failed") - self.total("refund")
