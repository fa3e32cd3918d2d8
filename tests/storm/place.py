"""Where the storm blows: bookings, payments and rooms on real databases, and the card provider without a socket.

Built once for many lives: `fresh` forgets all bookings and all money, and sets every clock back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import sqlalchemy as sa

from chassis.migrate import migrate
from chassis.refusal import Refusal
from contracts.bookings import BookingDetail, CreateBooking, CreatedBooking, GetBooking, GuestDetails
from contracts.payments import StoreWebhook
from contracts.rooms import HotelDefinition, ImportHotel
from contracts.rooms.views import RoomTypeDefinition
from contracts.values import Caller, CancellationPolicy, Context, HotelSettings, Permission, PolicyTier
from hotelmate.invariants import Books, Finding, examine
from sandbox.stripe.courier import signature
from sandbox.stripe.direct import DirectStripe
from sandbox.stripe.world import Json
from services.bookings.settings import BookingsSettings
from services.payments.settings import PaymentsSettings
from services.payments.stripe_gateway import StripeCards
from services.payments.work import Tools
from services.rooms.settings import RoomsSettings
from tests.fakes.mortal import Fate, MortalCards, MortalTransactor
from tests.fakes.rewinding import OneConnection
from tests.fakes.town import Town

KEY, SECRET = "sk_test_storm_1234", "whsec_storm"
ZONE = ZoneInfo("Europe/Dublin")
SERVICES = ("bookings", "payments", "rooms")
PLENTY = 1_000_000  # of rooms for every night
QUICK = "?options=-csynchronous_commit%3Doff"  # nobody pulls the plug of this server

FREE, WHOLE, SHARE, INSTANT = "storm-free", "storm-whole", "storm-share", "storm-instant"
# Whether a service has something to tell, owes something that is due, and owes something that waits for its next try.
BUSY = """
    SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL),
           coalesce(bool_or(try_at <= now()), false), coalesce(bool_or(try_at > now()), false)
    FROM errand, clock WHERE done_at IS NULL AND gave_up_at IS NULL
    AND (not_before IS NULL OR not_before <= now() + make_interval(secs => ahead_seconds))
"""
POINTING = """
    SELECT relname AS name, coalesce(array_agg(conrelid::regclass::text) FILTER (WHERE conrelid <> confrelid), '{}')
           AS pointing
    FROM pg_class LEFT JOIN pg_constraint ON confrelid = pg_class.oid AND contype = 'f'
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY relname
"""
KEPT = {"alembic_version", "clock", "lease"}
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


def staff(slug: str) -> Context:
    caller = Caller(kind="staff", staff_id="7", name="Nora Desk", hotel=slug, permissions=frozenset(Permission))
    return Context(caller=caller)


def guest(created: CreatedBooking) -> Context:
    return Context(caller=Caller(kind="guest", guest_token=created.guest_token))


class Place:
    """The town, its provider, and the post between them, which is in the hands of the test."""

    def __init__(self, new_database: Callable[[str], str]) -> None:
        urls = {name: new_database(f"storm_{name}") for name in SERVICES}
        for name, url in urls.items():
            migrate(name, url)
        urls = {name: url + QUICK for name, url in urls.items()}
        self.stripe = DirectStripe(api_key=KEY)
        self.fate = Fate()
        self.ahead = timedelta(0)
        demo: dict[str, Any] = {"mode": "demo"}
        self.town = Town(
            {
                "bookings": BookingsSettings(database_url=urls["bookings"], guest_token_key="k" * 32, **demo),
                "payments": PaymentsSettings(
                    database_url=urls["payments"], return_origins="https://hotel.example", **demo
                ),
                "rooms": RoomsSettings(database_url=urls["rooms"], **demo),
            }
        )
        self._looking = {name: self._autocommit(url) for name, url in urls.items()}
        self.cards = StripeCards(KEY, url="http://stripe.invalid", secrets=(SECRET,), http=self.stripe)
        self.restart()
        for slug in POLICIES:
            self.town.ask(ImportHotel(definition=hotel(slug)))
        self.sql("rooms", f"UPDATE night SET overbooking = {PLENTY}")
        self.settle()
        self._forget = {name: self._deletions(name) for name in ("bookings", "payments")}
        self._rooms_at_first = self._deletions("rooms", ("outbox", "inbox", "heard", "stream", "hold", "errand"))
        self.delivered: list[str] = []
        self.answered: set[str] = set()

    def restart(self, cards: Any = None) -> None:
        """Every process anew; what they had leased is free again."""
        for name, house in self.town.houses.items():
            tools = house.transactor.tools
            if name == "payments":
                tools = Tools(cards=MortalCards(cards or self.cards, self.fate), origins=("https://hotel.example",))
            house.open(
                MortalTransactor(
                    house.engine,
                    house.service.work,
                    tools=tools,
                    demo=True,
                    fate=self.fate,
                    ahead=lambda: self.ahead,
                )
            )
        self.fate.steps = None
        self.impatient()

    def fresh(self) -> None:
        """As it was at first: no bookings, no money, real time."""
        self.restart()
        for name, statements in {**self._forget, "rooms": self._rooms_at_first}.items():
            with self.town.houses[name].engine.begin() as connection:
                connection.exec_driver_sql(statements)
        self.ahead = timedelta(0)
        self.town.carried.clear()
        for waiting in self.town.waiting.values():
            waiting.clear()
        self.stripe.desk.reset()
        self.delivered.clear()
        self.answered.clear()

    def close(self) -> None:
        for connection in self._looking.values():
            connection.close()
        self.town.close()

    @contextmanager
    def rewinding(self) -> Iterator[Rewinding]:
        """For as long as the block runs, everything can be taken back, and at its end nothing has happened."""
        engines = {name: house.engine for name, house in self.town.houses.items()}
        looking, held = self._looking, {name: OneConnection(engine) for name, engine in engines.items()}
        self._looking = {name: one.connection.connection.dbapi_connection for name, one in held.items()}
        for name, house in self.town.houses.items():
            house.engine = held[name]  # type: ignore[assignment]
        self.restart()
        try:
            yield Rewinding(self, held)
        finally:
            self._looking = looking
            for name, house in self.town.houses.items():
                held[name].close()
                house.engine = engines[name]
            self.fresh()

    # people

    def book(self, slug: str, *, days: int = 30) -> CreatedBooking:
        """A guest books two nights, so many days from now."""
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

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def today(self) -> date:
        return self.now().astimezone(ZONE).date()

    def advance(self, delta: timedelta) -> None:
        """Everybody's clock, the provider's included."""
        self.town.advance(delta)
        self.ahead += delta
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

    # rest

    def settle(self, *, patient: int = 3) -> None:
        """Let everything happen that follows from what has happened, with so much patience for what must be retried."""
        for _ in range(60):
            busy = {name: self._busy(name) for name in SERVICES}
            if any(says for says, _, _ in busy.values()) or any(self.town.waiting.values()):
                self.town.carry()
            for name, (_, owes, _) in busy.items():
                if owes:
                    self.town.houses[name].run_errands()
            if not any(says or owes for says, owes, _ in busy.values()):
                if not patient or not any(waits for _, _, waits in busy.values()):
                    return
                self.impatient()
                patient -= 1
        raise AssertionError("the town does not come to rest")

    def _busy(self, name: str) -> tuple[bool, bool, bool]:
        with self._looking[name].cursor() as cursor:
            cursor.execute(BUSY)
            says, owes, waits = cursor.fetchone()
        return says, owes, waits

    def tick(self) -> None:
        """Run every timer, and let everything happen that follows."""
        for _ in range(20):
            moved = [self.town.houses[name].tick() for name in ("bookings", "payments")]
            self.settle()
            if not any(moved):
                return
        raise AssertionError("the clocks do not come to rest")

    def impatient(self) -> None:
        """What waits to be tried again is tried now."""
        waiting = "UPDATE errand SET try_at = now() WHERE done_at IS NULL AND gave_up_at IS NULL AND try_at > now()"
        for name in SERVICES:
            self.sql(name, waiting)

    # judges

    def findings(self, *, unrest: timedelta = timedelta(0)) -> list[Finding]:
        """What the product's own invariants find, with the provider's journal beside our ledger."""
        connections = {name: house.engine.connect() for name, house in self.town.houses.items()}
        try:
            books = Books(connections=connections, unrest=unrest, journal=self.stripe.journal(), answered=self.answered)
            return examine(books, only=MONEY)
        finally:
            for connection in connections.values():
                connection.close()

    def purse(self, booking_id: str) -> Purse:
        """The booking's money, by the provider's journal alone."""
        mine = [entry for entry in self.stripe.journal() if self._whose(entry) == booking_id]
        return Purse(mine)

    def _whose(self, entry: Json) -> str:
        intent = self.stripe.desk.world.intents[entry["payment_intent"]]
        return str(intent["metadata"].get("booking_id"))

    def sql(self, service: str, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.town.houses[service].engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    @staticmethod
    def _autocommit(url: str) -> Any:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection

    def _deletions(self, name: str, tables: tuple[str, ...] = ()) -> str:
        """Statements that empty a service's tables, or those of them: what points to another goes first."""
        rows = [row for row in self.sql(name, POINTING) if not tables or row["name"].startswith(tables)]
        pointing = {row["name"]: set(row["pointing"]) for row in rows}
        doomed = [table for table in TopologicalSorter(pointing).static_order() if table not in KEPT]
        return "; ".join([*(f"DELETE FROM {table}" for table in doomed), "UPDATE clock SET ahead_seconds = 0"])


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
        stripe, delivered, answered = place.stripe.mark(), list(place.delivered), set(place.answered)
        try:
            yield
        finally:
            for name, database in self._databases.items():
                database.back_to(marks[name])
            place.stripe.back_to(stripe)
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
