"""The town for one test: four databases, the stand-ins, two hotels, and the people who talk."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.codec import typed
from chassis.settings import ServiceSettings
from chassis.transactions.migrate import migrate
from contracts.bookings import BookingDetail, CreateBooking, CreatedBooking, GetBooking, GuestDetails
from contracts.catalogue import OWNERS
from contracts.payments import OpenPaymentSession, PaymentSession, StoreWebhook
from contracts.rooms import HotelDefinition, ImportHotel
from contracts.values import Caller, Context, Permission
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from sandbox.stripe.server import StripeStandIn
from services.bookings.settings import BookingsSettings
from services.notifier.settings import NotifierSettings
from services.payments.settings import PaymentsSettings
from services.rooms.settings import RoomsSettings
from tests.fakes.town import Town
from tests.fakes.webhooks import WebhookBox

HOTELS = Path(__file__).resolve().parents[2] / "sandbox" / "demo" / "hotels"
HOTEL = "hotel-killarney"
SECRET = "whsec_town"
STAFF = Context(
    caller=Caller(kind="staff", staff_id="7", name="Nora Desk", hotel=HOTEL, permissions=frozenset(Permission))
)


@dataclass
class Scene:
    """A town with its stand-ins, and the moves that most conversations begin with."""

    town: Town
    stripe: StripeStandIn
    pusher: PusherStandIn
    mailbox: MailboxStandIn
    webhooks: WebhookBox

    def settle(self) -> None:
        """Let everything happen that follows from what has happened, the provider's webhooks included."""
        for _ in range(10):
            self.town.settle()
            self.stripe.wait_until_delivered()
            taken = self.webhooks.take()
            for body, signature in taken:
                self.town.ask(StoreWebhook(body=body, signature=signature))
            if not taken:
                return
        raise AssertionError("the provider does not stop talking")

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
        created = self.town.ask(CreateBooking(**(fields | over)), Context())
        self.settle()
        return created

    def pay(self, created: CreatedBooking, card: str = "4242424242424242") -> PaymentSession:
        """The guest opens a session and pays on the provider's page."""
        session = self.town.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
        self.settle()
        self.stripe.pay(session.session_id, card=card)
        self.settle()
        return session

    def booking(self, created: CreatedBooking) -> BookingDetail:
        """The booking as staff see it now."""
        return self.town.ask(GetBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)

    def room_types(self) -> list[str]:
        """The demo hotel's room types by code."""
        return [kind["code"] for kind in json.loads((HOTELS / f"{HOTEL}.json").read_text())["room_types"]]

    def today(self) -> Any:
        """The hotel's own date."""
        house = self.town.houses["bookings"]
        with house.unit_of_work.read() as work:
            return work.now.astimezone(ZoneInfo("Europe/Dublin")).date()

    def mails(self) -> list[str]:
        """The subjects of the mails sent, in order."""
        return [mail["subject"] for mail in self.mailbox.messages()]

    def movements(self) -> list[tuple[str, int]]:
        """The provider's own journal: what moved, in minor units."""
        return [(entry["movement"], entry["amount"]) for entry in self.stripe.journal()]


def guest(created: CreatedBooking) -> Context:
    """The booking's own guest."""
    return Context(caller=Caller(kind="guest", guest_token=created.guest_token))


@pytest.fixture(scope="session")
def patterns(new_database: Callable[[str], str]) -> dict[str, str]:
    """The four databases as every conversation finds them: migrated, with the demo hotel."""
    urls = {name: new_database(name) for name in OWNERS}
    for name, url in urls.items():
        migrate(name, url)
    with _outside() as outside:
        town = Town(_settings(urls, outside))
        definition = typed(json.loads((HOTELS / f"{HOTEL}.json").read_text()), HotelDefinition)
        town.ask(ImportHotel(definition=definition))
        town.settle()
        town.close()
    return urls


@pytest.fixture
def scene(patterns: dict[str, str], copied_database: Callable[[str], str]) -> Iterator[Scene]:
    with a_scene(patterns, copied_database) as made:
        yield made


@contextmanager
def a_scene(patterns: Mapping[str, str], copied_database: Callable[[str], str]) -> Iterator[Scene]:
    """A town in which nothing has happened yet."""
    urls = {name: copied_database(url) for name, url in patterns.items()}
    with _outside() as outside:
        town = Town(_settings(urls, outside))
        yield Scene(town, outside.stripe, outside.pusher, outside.mailbox, outside.webhooks)
        town.close()


@dataclass(frozen=True)
class Outside:
    """The stand-ins."""

    webhooks: WebhookBox
    stripe: StripeStandIn
    pusher: PusherStandIn
    mailbox: MailboxStandIn


@contextmanager
def _outside() -> Iterator[Outside]:
    with (
        WebhookBox.start() as webhooks,
        StripeStandIn.start(webhook_url=webhooks.url, webhook_secret=SECRET, api_key="sk_test_town_1234") as stripe,
        PusherStandIn.start(app_id="1", key="key", secret="secret") as pusher,
        MailboxStandIn.start() as mailbox,
    ):
        yield Outside(webhooks, stripe, pusher, mailbox)


def _settings(urls: Mapping[str, str], outside: Outside) -> dict[str, ServiceSettings]:
    demo = {"mode": "demo"}
    return {
        "bookings": BookingsSettings(database_url=urls["bookings"], guest_token_key="k" * 32, **demo),
        "payments": PaymentsSettings(
            database_url=urls["payments"],
            stripe_api_key="sk_test_town_1234",
            stripe_api_base=outside.stripe.url,
            stripe_webhook_secrets=SECRET,
            return_origins="http://127.0.0.1:8080",
            **demo,
        ),
        "rooms": RoomsSettings(database_url=urls["rooms"], **demo),
        "notifier": NotifierSettings(
            database_url=urls["notifier"],
            pusher_app_id="1",
            pusher_key="key",
            pusher_secret="secret",
            pusher_host=outside.pusher.host,
            pusher_port=outside.pusher.port,
            pusher_ssl=False,
            smtp_host=outside.mailbox.smtp_host,
            smtp_port=outside.mailbox.smtp_port,
            legacy_channels=False,
            **demo,
        ),
    }
