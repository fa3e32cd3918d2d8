"""A settled system for the judge's tests: real databases after some stays, whose rows a test may spoil."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking, CreateBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.payments.webhooks import StoreWebhook
from contracts.values import Caller, Context
from hotelmate.invariants.context import ExaminationContext
from sandbox.stripe.in_memory import InMemoryStripe
from sandbox.stripe.webhook_sender import signature
from services.notifier.domain.jobs import PushMessage
from services.notifier.mailer.mail import Mail
from services.notifier.pusher_gateway import PusherGateway
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies
from tests.conversations.conftest import HOTEL, POOL, SECRET, STAFF, _settings
from tests.fakes.database_copies import CopyDatabase, copies_of
from tests.fakes.mails import parsed
from tests.fakes.platform import Platform
from tests.simulation.judge import Judge

KEY = "sk_test_settled_1234"
GUEST = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="")


class ListedMails:
    """A mail server that keeps its mails in a list."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    @contextmanager
    def connect(self) -> Iterator[ListedMails]:
        """A connection."""
        yield self

    def send(self, mail: Mail) -> None:
        """Take a mail."""
        self.mails.append(parsed(mail))


class ListedPushes(PusherGateway):
    """A push provider that keeps its messages in a list."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.messages: list[PushMessage] = []

    def send(self, messages: Sequence[PushMessage]) -> None:
        """Take messages."""
        self.messages.extend(messages)


@dataclass
class SettledStays:
    """A platform at rest: `staying` is in house, `cancelled` was paid and cancelled. The judge heard every answer."""

    platform: Platform
    stripe: InMemoryStripe
    mailbox: list[EmailMessage]
    pusher: list[PushMessage]
    judge: Judge = field(default_factory=Judge)
    violations: list[tuple[str, str]] = field(default_factory=list)
    shares: Counter[str] = field(default_factory=Counter)
    ahead: timedelta = timedelta(0)
    rested_at: datetime | None = None
    staying: str = ""
    cancelled: str = ""

    def now(self) -> datetime:
        """The domain's time, UTC; once everything is at rest, the time at which it came to rest."""
        return (self.rested_at or datetime.now(UTC)) + self.ahead

    def sql(self, service: str, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement by the owner of the tables."""
        with self.platform.services[service].engine.begin() as connection:
            result = connection.exec_driver_sql(statement, values or ())
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def examination(self) -> ExaminationContext:
        """The context of the product's own invariants."""
        return ExaminationContext(
            ask=lambda service, query: self.platform.ask(query, service=service),
            older_than=timedelta(0),
            journal=self.stripe.journal(),
            parked=(),
        )

    def violate(self, kind: str, text: str) -> None:
        """Note a violation."""
        self.violations.append((kind, text))

    def judged(self) -> list[tuple[str, str]]:
        """The violations at rest."""
        self.violations.clear()
        self.judge.at_rest(self)
        return list(self.violations)

    def ask(self, message: Any, context: Context, key: str = "") -> Any:
        """Ask, with the judge listening."""
        if key:
            context = replace(context, idempotency_key=key, fingerprint="body")
        reply = self.platform.ask(message, context)
        self.judge.answered(message, context, key, reply)
        return reply

    def settle(self) -> None:
        """Run until nothing is due, the provider's webhooks included."""
        delivered: set[str] = set()
        while True:
            self.platform.run_until_idle()
            waiting = [event for event in self.stripe.events() if event["id"] not in delivered]
            if not waiting:
                return
            for event in waiting:
                body = json.dumps(event)
                self.platform.ask(StoreWebhook(body=body, signature=signature(body, [SECRET])))
                delivered.add(event["id"])

    def paid_booking(self, key: str) -> CreatedBooking:
        """A booking of tonight, paid by card and confirmed."""
        today = self.now().date()
        kind = self.sql("rooms", "SELECT code FROM room_type ORDER BY code LIMIT 1")[0]["code"]
        stay = {"room_type": kind, "check_in": today, "check_out": today + timedelta(days=2), "adults": 1}
        command = CreateBooking(hotel=HOTEL, **stay, children=0, guest=GUEST)
        created: CreatedBooking = self.ask(command, Context(), key)
        about = {"hotel": HOTEL, "booking_id": created.booking.booking_id}
        guest = Context(caller=Caller(kind="guest", guest_token=created.guest_token))
        session = self.ask(OpenPaymentSession(**about), guest)
        self.stripe.pay(session.session_id)
        self.settle()
        self.ask(ApproveBooking(**about), STAFF)
        self.settle()
        return created


@dataclass
class StaysTemplate:
    """Stays that were played once: their databases, and the objects beside them. A test may spoil its copy."""

    urls: Mapping[str, str]
    stays: SettledStays
    stand_ins: Any

    @contextmanager
    def copy(self, copied_database: CopyDatabase) -> Iterator[SettledStays]:
        """A copy, on databases of its own."""
        with copies_of(self.urls, copied_database) as urls:
            platform = Platform(_settings(urls, self.stand_ins))
            stripe = InMemoryStripe(api_key=KEY)
            stripe.restore(self.stays.stripe.snapshot())
            lists: dict[str, Any] = {name: list(getattr(self.stays, name)) for name in ("mailbox", "pusher")}
            judge = deepcopy(self.stays.judge)
            yield replace(self.stays, platform=platform, stripe=stripe, judge=judge, violations=[], **lists)
            platform.close()


@contextmanager
def play_stays(templates: Mapping[str, str], copied_database: CopyDatabase) -> Iterator[StaysTemplate]:
    """A guest is in house, and another one has cancelled and was given money back."""
    with copies_of(templates, copied_database) as urls, POOL.lend() as stand_ins:
        platform = Platform(_settings(urls, stand_ins))
        stripe, mails = InMemoryStripe(api_key=KEY), ListedMails()
        notifier, payments = (platform.services[name].unit_of_work for name in ("notifier", "payments"))
        pushes = ListedPushes(notifier.dependencies.settings)
        notifier.dependencies = replace(notifier.dependencies, push=pushes, mail_server=mails)
        cards = StripeCards(KEY, url="http://stripe.invalid", secrets=(SECRET,), http=stripe)
        payments.dependencies = PaymentsDependencies(cards=cards, origins=("http://127.0.0.1:8080",))
        stays = SettledStays(platform, stripe, mails.mails, pushes.messages)
        stays.judge.after_step(stays)
        stays.staying, stays.cancelled = (stays.paid_booking(key).booking.booking_id for key in ("one", "two"))
        about: dict[str, Any] = {"hotel": HOTEL, "booking_id": stays.staying}
        room = stays.sql("rooms", "SELECT room_number FROM room ORDER BY id LIMIT 1")[0]["room_number"]
        stays.ask(AssignRoom(**about, room_number=room), STAFF, "assign")
        stays.ask(CheckIn(**about), STAFF, "check in")
        stays.ask(ExtendBooking(**about, add_nights=1), STAFF, "extend")
        stays.ask(CancelBooking(hotel=HOTEL, booking_id=stays.cancelled, reason="Ill."), STAFF, "cancel")
        stays.settle()
        stays.rested_at = stays.now()
        platform.close()
        yield StaysTemplate(urls, stays, stand_ins)
