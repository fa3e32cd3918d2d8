"""The payments service under test: a real database and the Stripe stand-in; the test plays bookings."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_server import AskReply, AskServer
from chassis.messaging.event_dispatcher import EventDispatcher
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.message import Ask
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession, PaymentVerified, VerifyPayment
from contracts.payments.webhooks import StoreWebhook, WebhookStored
from contracts.values import Context, Money
from sandbox.stripe.server import StripeStandIn
from sandbox.stripe.webhook_receiver import WebhookReceiver
from services.payments.cards import Cards
from services.payments.domain.payment import PaymentKey
from services.payments.service import SERVICE
from services.payments.work import PaymentsDependencies, PaymentsWork
from tests.fakes.open_jobs import with_open_jobs
from tests.fakes.remembered_clock import RememberedClock
from tests.fakes.roles import owner_engine, running_engine
from tests.interface.payments.played_bookings import AMOUNT, HOTEL, PlayedBookings

ORIGINS = ("https://hotel.example",)


@dataclass
class PaymentsUnderTest(PlayedBookings):
    """One payments service. A test may wrap `cards` to inject failures."""

    url: str
    stripe: StripeStandIn
    inbox: WebhookReceiver
    cards: Cards
    _stored: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.engine = owner_engine(self.url)
        self.restart(self.cards)

    def restart(self, cards: Cards) -> None:
        """Start the service's servers and runners anew, as a restarted process does."""
        dependencies = PaymentsDependencies(cards=cards, origins=ORIGINS)
        self.unit_of_work: UnitOfWork = RememberedClock(
            running_engine(self.engine.url), PaymentsWork, dependencies=dependencies
        )
        self.ask_server = AskServer(SERVICE, self.unit_of_work, self._ask)
        self.event_dispatcher = EventDispatcher(SERVICE, self.unit_of_work)
        self.job_runners = [JobRunner(job, self.unit_of_work, self._ask) for job in SERVICE.jobs]

    # asks of the service

    def ask(self, message: Ask[Any], *, key: str | None = None) -> AskReply:
        context = Context(idempotency_key=key, fingerprint="same" if key else None)
        return self.ask_server.handle(type(message).__name__, codec.plain(message), codec.plain(context))

    def open(self, booking_id: str, *, key: str | None = None, **urls: str) -> PaymentSession:
        reply: PaymentSession = self.ask(OpenPaymentSession(hotel=HOTEL, booking_id=booking_id, **urls), key=key).reply
        return reply

    def verify(self, booking_id: str, session_id: str) -> PaymentVerified:
        query = VerifyPayment(hotel=HOTEL, booking_id=booking_id, session_id=session_id)
        reply: PaymentVerified = self.ask(query).reply
        return reply

    def store_webhook(self, body: bytes | str, signature: str) -> WebhookStored:
        text = body if isinstance(body, str) else body.decode()
        reply: WebhookStored = self.ask(StoreWebhook(body=text, signature=signature)).reply
        return reply

    def deliver_webhooks(self) -> list[WebhookStored]:
        """Store every webhook event that the stand-in has sent since the last call."""
        self.stripe.wait_until_delivered()
        deliveries = list(self.inbox.deliveries)[self._stored :]
        self._stored += len(deliveries)
        return [self.store_webhook(body, signature) for body, signature in deliveries]

    def run_jobs(self, *, skip_delays: bool = True, rounds: int = 12) -> None:
        """Run due jobs until none is due, for `rounds` at most. With `skip_delays`, delayed jobs are due at once."""
        for _ in range(rounds):
            any_due = False
            for runner in with_open_jobs(self.engine, self.job_runners):
                while due := runner.claim():
                    any_due = True
                    runner.run(due)
            if not any_due:
                return
            if skip_delays:
                self.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL AND gave_up_at IS NULL")

    def run_until_idle(self) -> None:
        """Run jobs and deliver webhook events until there are none."""
        for _ in range(6):
            self.run_jobs()
            if not self.deliver_webhooks():
                return
        raise AssertionError("webhook events or jobs never end")

    def authorised(self, amount: Money = AMOUNT, **pay: Any) -> str:
        """Create a booking whose payment is authorised; its id."""
        booking_id = self.book(amount)
        self.stripe.pay(self.open(booking_id).session_id, **pay)
        self.run_until_idle()
        return booking_id

    def captured(self, **pay: Any) -> str:
        """Create a booking whose payment is captured; its id."""
        booking_id = self.authorised(**pay)
        self.approve(booking_id)
        self.run_until_idle()
        return booking_id

    # the state of the service and of the provider

    @contextmanager
    def begin(self) -> Iterator[PaymentsWork]:
        """A transaction of the service."""
        with self.unit_of_work.begin() as work:
            assert isinstance(work, PaymentsWork)
            yield work

    def now(self) -> datetime:
        with self.unit_of_work.read() as work:
            return work.now

    def advance(self, minutes: float) -> None:
        self.unit_of_work.advance(minutes * 60)

    def payment(self, booking_id: str) -> dict[str, Any]:
        """The booking's newest payment."""
        query = "SELECT * FROM payment WHERE booking_id = :id ORDER BY created_at DESC LIMIT 1"
        return self.sql(query, id=booking_id)[0]

    def key(self, booking_id: str) -> PaymentKey:
        """The key of the booking's newest payment."""
        payment = self.payment(booking_id)
        return PaymentKey(payment["hotel"], payment["id"])

    def status(self, booking_id: str) -> str:
        return str(self.payment(booking_id)["status"])

    def events(self, booking_id: str) -> list[str]:
        rows = self.sql("SELECT type FROM outbox WHERE subject = :id ORDER BY sequence", id=booking_id)
        return [row["type"].split(".")[1] for row in rows]

    def event(self, booking_id: str, name: str) -> dict[str, Any]:
        query = "SELECT data FROM outbox WHERE subject = :id AND type = :type"
        (row,) = self.sql(query, id=booking_id, type=f"payments.{name}.v1")
        data: dict[str, Any] = row["data"]
        return data

    def ledger(self, booking_id: str) -> list[tuple[str, int]]:
        rows = self.sql("SELECT kind, amount FROM ledger WHERE booking_id = :id ORDER BY position", id=booking_id)
        return [(row["kind"], row["amount"]) for row in rows]

    def journal(self, booking_id: str) -> list[tuple[str, int]]:
        """The movements that the stand-in has booked for the booking: movement and minor units."""
        rows = self.sql("SELECT intent_id FROM payment WHERE booking_id = :id AND intent_id IS NOT NULL", id=booking_id)
        entries = [entry for row in rows for entry in self.stripe.journal(row["intent_id"])]
        same: dict[str, str] = {"release": "void", "expire": "void"}
        return [(same.get(str(entry["movement"]), str(entry["movement"])), entry["amount"]) for entry in entries]

    def calls(self, booking_id: str, action: str) -> list[tuple[int, str]]:
        """The attempts at an action and their states."""
        query = """
            SELECT attempt, state FROM provider_action JOIN payment ON payment.id = payment_id
            WHERE booking_id = :id AND action LIKE :action ORDER BY created_at, attempt
        """
        return [(row["attempt"], row["state"]) for row in self.sql(query, id=booking_id, action=action)]

    def sql(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []


def wait_for(condition: Callable[[], bool], *, within: float = 5.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.01)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
