"""The platform for one test: four databases, the stand-ins and a hotel, with common actions."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.codec import typed
from chassis.settings import ServiceSettings
from chassis.transactions.migrate import migrate
from contracts.bookings.asks import CreateBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import BookingDetail, CreatedBooking, GuestDetails
from contracts.catalogue import OWNERS
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from contracts.payments.webhooks import StoreWebhook
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from contracts.values import Caller, Context, Permission
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from sandbox.stripe.server import StripeStandIn
from services.bookings.settings import BookingsSettings
from services.notifier.settings import NotifierSettings
from services.payments.settings import PaymentsSettings
from services.rooms.settings import RoomsSettings
from tests.fakes.database_copies import CopyDatabase, copies_of
from tests.fakes.lock_order import LockOrder, order_of
from tests.fakes.platform import Platform
from tests.fakes.webhook_inbox import WebhookInbox

HOTELS = Path(__file__).resolve().parents[2] / "sandbox" / "demo" / "hotels"
HOTEL = "hotel-killarney"
SECRET = "whsec_town"
STAFF = Context(
    caller=Caller(kind="staff", staff_id="7", name="Nora Desk", hotel=HOTEL, permissions=frozenset(Permission))
)


@dataclass
class PlatformFixture:
    """A platform with its stand-ins, and the actions that most conversations start with."""

    platform: Platform
    stripe: StripeStandIn
    pusher: PusherStandIn
    mailbox: MailboxStandIn
    webhooks: WebhookInbox

    def settle(self) -> None:
        """Run until nothing is due, the provider's webhooks included."""
        for attempt in range(10):
            self.platform.run_until_idle(time_has_passed=attempt == 0)
            self.stripe.wait_until_delivered()
            taken = self.webhooks.take()
            for body, signature in taken:
                self.platform.ask(StoreWebhook(body=body, signature=signature))
            if not taken:
                return
        raise AssertionError("the provider keeps sending webhooks")

    def settle_availability(self) -> None:
        """Settle, and again after this second: the pushes of changed availability are due at the end of a second."""
        self.settle()
        self.platform.advance(timedelta(seconds=2))
        self.settle()

    def book(self, **over: Any) -> CreatedBooking:
        """A guest books tonight."""
        fields: dict[str, Any] = {
            "hotel": HOTEL,
            "room_type": self.room_types()[0],
            "check_in": self.today(),
            "check_out": self.today() + timedelta(days=2),
            "adults": 1,
            "children": 0,
            "guest": GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="+353 1 5550100"),
        }
        created = self.platform.ask(CreateBooking(**(fields | over)), Context())
        self.settle()
        return created

    def pay(self, created: CreatedBooking, card: str = "4242424242424242") -> PaymentSession:
        """The guest opens a payment session and pays."""
        session = self.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
        self.settle()
        self.stripe.pay(session.session_id, card=card)
        self.settle()
        return session

    def booking(self, created: CreatedBooking) -> BookingDetail:
        """The booking as staff see it."""
        return self.platform.ask(GetBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)

    def room_types(self) -> list[str]:
        """The demo hotel's room types by code."""
        return [kind["code"] for kind in json.loads((HOTELS / f"{HOTEL}.json").read_text())["room_types"]]

    def today(self) -> Any:
        """The hotel's date."""
        instance = self.platform.services["bookings"]
        with instance.unit_of_work.read() as work:
            return work.now.astimezone(ZoneInfo("Europe/Dublin")).date()

    def mails(self) -> list[str]:
        """The subjects of the mails sent, in order."""
        return [mail["subject"] for mail in self.mailbox.messages()]

    def movements(self) -> list[tuple[str, int]]:
        """The provider's journal: movements in minor units."""
        return [(entry["movement"], entry["amount"]) for entry in self.stripe.journal()]


def guest(created: CreatedBooking) -> Context:
    """The context of the booking's guest."""
    return Context(caller=Caller(kind="guest", guest_token=created.guest_token))


@pytest.fixture(scope="session")
def template_databases(new_database: Callable[[str], str]) -> dict[str, str]:
    """Migrated template databases with the demo hotel."""
    return prepared_databases(new_database)


def prepared_databases(new_database: Callable[[str], str]) -> dict[str, str]:
    """Migrated databases with the demo hotel, by service."""
    urls = {name: new_database(name) for name in OWNERS}
    for name, url in urls.items():
        migrate(name, url)
    with POOL.lend() as stand_ins:
        platform = Platform(_settings(urls, stand_ins))
        definition = typed(json.loads((HOTELS / f"{HOTEL}.json").read_text()), HotelDefinition)
        platform.ask(ImportHotel(definition=definition))
        platform.run_until_idle()
        platform.close()
    return urls


@pytest.fixture
def fixture(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[PlatformFixture]:
    with new_fixture(template_databases, copied_database) as made:
        yield made


@contextmanager
def new_fixture(template_databases: Mapping[str, str], copied_database: CopyDatabase) -> Iterator[PlatformFixture]:
    """A new platform on copies of the template databases."""
    with copies_of(template_databases, copied_database) as urls, running_fixture(urls) as made:
        yield made


@contextmanager
def running_fixture(urls: Mapping[str, str]) -> Iterator[PlatformFixture]:
    """A new platform on these databases. No transaction locks rows in another order than stated."""
    with POOL.lend() as stand_ins:
        platform = Platform(_settings(urls, stand_ins))
        lock_orders = {name: LockOrder(instance.running) for name, instance in platform.services.items()}
        yield PlatformFixture(platform, stand_ins.stripe, stand_ins.pusher, stand_ins.mailbox, stand_ins.webhooks)
        platform.close()
        inversions = {name: order.inversions(order_of(name)) for name, order in lock_orders.items()}
        assert not any(inversions.values()), f"locks are taken in another order than the stores state: {inversions}"


@dataclass(frozen=True)
class StandIns:
    """The stand-ins."""

    webhooks: WebhookInbox
    stripe: StripeStandIn
    pusher: PusherStandIn
    mailbox: MailboxStandIn

    def reset(self) -> None:
        """Delete all records and faults."""
        self.stripe.reset()
        self.pusher.reset()
        self.mailbox.reset()
        self.webhooks.take()


class StandInPool:
    """Stand-ins that run until the end of all tests, because starting and ending them takes longer than most tests."""

    def __init__(self) -> None:
        self._idle: list[StandIns] = []
        self._running = ExitStack()

    @contextmanager
    def lend(self) -> Iterator[StandIns]:
        """Stand-ins that nobody else has; those of a failed block are not lent again."""
        stand_ins = self._idle.pop() if self._idle else self._running.enter_context(_started())
        yield stand_ins
        stand_ins.reset()
        self._idle.append(stand_ins)

    def close(self) -> None:
        self._idle.clear()
        self._running.close()


POOL = StandInPool()


@pytest.fixture(scope="session", autouse=True)
def _pool_closes() -> Iterator[None]:
    yield
    POOL.close()


@contextmanager
def _started() -> Iterator[StandIns]:
    with (
        WebhookInbox.start() as webhooks,
        StripeStandIn.start(webhook_url=webhooks.url, webhook_secret=SECRET, api_key="sk_test_town_1234") as stripe,
        PusherStandIn.start(app_id="1", key="key", secret="secret") as pusher,
        MailboxStandIn.start() as mailbox,
    ):
        yield StandIns(webhooks, stripe, pusher, mailbox)


def _settings(urls: Mapping[str, str], stand_ins: StandIns) -> dict[str, ServiceSettings]:
    return {
        "bookings": BookingsSettings(database_url=urls["bookings"], guest_token_key="k" * 32, mode="demo"),
        "payments": PaymentsSettings(
            database_url=urls["payments"],
            stripe_api_key="sk_test_town_1234",
            stripe_api_base=stand_ins.stripe.url,
            stripe_webhook_secrets=SECRET,
            return_origins="http://127.0.0.1:8080",
            mode="demo",
        ),
        "rooms": RoomsSettings(database_url=urls["rooms"], mode="demo"),
        "notifier": NotifierSettings(
            database_url=urls["notifier"],
            pusher_app_id="1",
            pusher_key="key",
            pusher_secret="secret",
            pusher_host=stand_ins.pusher.host,
            pusher_port=stand_ins.pusher.port,
            pusher_ssl=False,
            smtp_host=stand_ins.mailbox.smtp_host,
            smtp_port=stand_ins.mailbox.smtp_port,
            legacy_channels=False,
            mails_before_payment=0,
            mode="demo",
        ),
    }
