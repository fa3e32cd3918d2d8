"""Every order of a booking's notices, every repetition and every loss of them, end in the same place. Exhaustively.

Not by walking each order from its beginning: a life is a graph of states, and where two orders lead to the same state
they go on alike. From each state every move is made (a notice that has not come yet, a person's decision that is
possible), and taken back; a notice that has come is brought again, under its own and under another event's id, which
must change nothing; and a look at the provider there must lead to where all notices would have led.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.transactions.conversation import Conversation
from contracts.bookings.approval import ApproveBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, VerifyPayment
from services.payments.steps import webhook_application
from services.payments.work import PaymentsWork
from tests.storm.environment import staff
from tests.storm.payment_environment import FREE, SHARE, PaymentEnvironment, Rewind, guest

Status = BookingStatus
State = tuple[Any, ...]
TYPES = {
    "payment_intent.amount_capturable_updated": "AUTHORIZED",
    "checkout.session.completed": "AUTHORIZED",
    "payment_intent.succeeded": "CAPTURED",
    "payment_intent.canceled": "VOIDED",
    "charge.refunded": "REFUNDED",
}


PAYMENTS = (
    "SELECT status, version, amount, captured, refunded, superseded FROM payment",
    "SELECT amount, status FROM refund",
    "SELECT kind, amount, currency FROM ledger",
    "SELECT regexp_replace(action, 'pay_.*', ''), attempt, state FROM provider_action",
    "SELECT phase, fee FROM desired_state",
)
BOOKINGS = ("SELECT status, version, payment_status, refund_status, refunded, balance_due FROM booking",)


@dataclass
class BookingUnderTest:
    """One booking, and the decisions that are still to be made."""

    environment: PaymentEnvironment
    created: CreatedBooking
    session: str = ""
    to_do: list[tuple[Status, Any]] = field(default_factory=list)

    def about(self) -> dict[str, Any]:
        return {"hotel": self.created.booking.hotel, "booking_id": self.created.booking.id}

    def rest(self) -> None:
        """Settles the platform without retries."""
        self.environment.settle(retries=0)

    def open_and_pay(self) -> None:
        request = OpenPaymentSession(**self.about())
        self.session = self.environment.platform.ask(request, guest(self.created)).session_id
        self.rest()
        self.environment.stripe.pay(self.session)

    def notices_come(self) -> None:
        while coming := self.environment.undelivered():
            for event in coming:
                self.environment.deliver(event)
            self.rest()

    def decide(self, command: Any) -> None:
        self.environment.platform.ask(command, staff(self.created.booking.hotel))
        self.rest()

    def look(self) -> None:
        """Verifies the payment, as the guest's page does when the guest returns."""
        self.environment.platform.ask(VerifyPayment(**self.about(), session_id=self.session), guest(self.created))
        self.rest()

    def state(self) -> State:
        """Payments, bookings and the provider's journal, but for times and random names."""
        of_payments, of_bookings = (
            tuple(tuple(sorted(self.environment.query(service, question))) for question in questions)
            for service, questions in (("payments", PAYMENTS), ("bookings", BOOKINGS))
        )
        events = tuple(
            tuple(self.environment.query(service, "SELECT type FROM outbox ORDER BY position"))
            for service in ("payments", "bookings")
        )
        return (
            *of_payments,
            *of_bookings,
            *events,
            tuple(self.environment.payments(self.created.booking.id).movements),
        )

    def notices(self) -> State:
        """The outcomes of the webhook events, by type."""
        question = "SELECT type, outcome FROM webhook WHERE event_id NOT LIKE '%x'"
        return tuple(sorted(self.environment.query("payments", question)))


class Orders:
    """All orders of what is still to come, walked as a graph. `count` of them there are; `ends` is where they end."""

    def __init__(self, booked: BookingUnderTest, rewindable_databases: Rewind) -> None:
        self._booked = booked
        self._rewinding = rewindable_databases
        self._known: dict[State, int] = {}
        self._repeated: set[tuple[State, str]] = set()
        self._looked_from: set[State] = set()
        self.looked: set[State] = set()
        self.ends: set[State] = set()
        self.count = self._walk()

    def _walk(self) -> int:
        booked = self._booked
        state = booked.state()
        here = (state, frozenset(booked.environment.delivered), len(booked.to_do))
        if here not in self._known:
            self._repeat(state)
            self._look(state)
            moves = self._moves()
            if not moves:
                self.ends.add((state, booked.notices()))
            self._known[here] = sum(self._make(move) for move in moves) if moves else 1
        return self._known[here]

    def _make(self, move: Callable[[], Any]) -> int:
        to_do = list(self._booked.to_do)
        with self._rewinding.rolled_back():
            move()
            self._booked.rest()
            ways = self._walk()
        self._booked.to_do = to_do
        return ways

    def _moves(self) -> Sequence[Callable[[], Any]]:
        booked = self._booked
        moves: list[Callable[[], Any]] = [
            lambda event=event: booked.environment.deliver(event)  # type: ignore[misc]
            for event in booked.environment.undelivered()
        ]
        if booked.to_do and booked.environment.booking(booked.created).status is booked.to_do[0][0]:
            moves.append(lambda: booked.decide(booked.to_do.pop(0)[1]))
        return moves

    def _repeat(self, state: State) -> None:
        """Each notice that has come comes again, as itself and as another event about the same."""
        booked = self._booked
        for event_id in booked.environment.delivered:
            if (state, event_id) in self._repeated:
                continue
            self._repeated.add((state, event_id))
            event = booked.environment.stripe.state.store.events[event_id]
            with self._rewinding.rolled_back():
                booked.environment.deliver(event)
                booked.environment.deliver(event, renamed="x")
                booked.rest()
                assert booked.state() == state, f"{event['type']} comes again and changes something"

    def _look(self, state: State) -> None:
        """With all undelivered events lost, a sync with the provider and the same decisions lead to the end."""
        if state in self._looked_from:
            return
        self._looked_from.add(state)
        booked, to_do = self._booked, list(self._booked.to_do)
        with self._rewinding.rolled_back():
            booked.look()
            while booked.to_do:
                booked.decide(booked.to_do.pop(0)[1])
            self.looked.add(booked.state())
        booked.to_do = to_do


def happy(environment: PaymentEnvironment) -> BookingUnderTest:
    booked = BookingUnderTest(environment, environment.book(FREE))
    booked.open_and_pay()
    booked.to_do = [(Status.PENDING_APPROVAL, ApproveBooking(**booked.about()))]
    return booked


def declined(environment: PaymentEnvironment) -> BookingUnderTest:
    booked = BookingUnderTest(environment, environment.book(FREE))
    booked.open_and_pay()
    booked.to_do = [(Status.PENDING_APPROVAL, DeclineBooking(**booked.about()))]
    return booked


def cancelled_with_a_fee(environment: PaymentEnvironment) -> BookingUnderTest:
    """After the capture, so that some of the money goes back."""
    booked = BookingUnderTest(environment, environment.book(SHARE))
    booked.open_and_pay()
    booked.notices_come()
    booked.to_do = [
        (Status.PENDING_APPROVAL, ApproveBooking(**booked.about())),
        (Status.CONFIRMED, CancelBooking(**booked.about(), reason="ill")),
    ]
    return booked


def expired_then_late_money(environment: PaymentEnvironment) -> BookingUnderTest:
    """The guest paid, the provider was silent until the hold was gone, and now its notices come."""
    booked = BookingUnderTest(environment, environment.book(FREE))
    booked.open_and_pay()
    environment.stripe.fault("fail_before", drop=True, times=None)
    environment.advance(timedelta(minutes=18))
    environment.tick()
    assert environment.booking(booked.created).status is Status.EXPIRED
    environment.stripe.state.faults.remove()
    return booked


def all_was_seen_already(environment: PaymentEnvironment) -> BookingUnderTest:
    """Nothing is left to be learnt from the six notices: every one of the 720 orders is walked."""
    booked = happy(environment)
    booked.look()
    booked.decide(booked.to_do.pop()[1])
    assert len(environment.undelivered()) == 6
    return booked


LIVES = [
    happy,
    cancelled_with_a_fee,
    all_was_seen_already,
    *(pytest.param(life, marks=pytest.mark.long) for life in (declined, expired_then_late_money)),
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_order_of_the_webhook_events_of_a_life_ends_in_the_same_state(
    life: Callable[[PaymentEnvironment], BookingUnderTest], environment: PaymentEnvironment
) -> None:
    with environment.rewindable_databases() as rewindable_databases:
        orders = Orders(life(environment), rewindable_databases)

    assert len(orders.ends) == 1
    ((end, notices),) = orders.ends
    assert orders.looked == {end}
    assert {outcome for _, outcome in notices} <= {"APPLIED", "IGNORED"}
    if life is all_was_seen_already:
        assert orders.count == 720


@pytest.mark.timeout(600)
def test_webhook_events_trusted_without_a_sync_end_in_different_states(
    environment: PaymentEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the last notice that came decides."""

    def trusted(
        event_id: str, conversation: Conversation[PaymentsWork], *, finish: Callable[[PaymentsWork], None]
    ) -> None:
        with conversation.transaction() as work:
            event = work.webhooks.get(event_id)
            assert event
            key = work.payments.find_key(session_id=event.session_id, intent_id=event.intent_id)
            assert key
            if event.type in TYPES:
                values = {"id": key.id, "status": TYPES[event.type]}
                work.connection.execute(sa.text("UPDATE payment SET status = :status WHERE id = :id"), values)
            work.applied_webhooks.mark(event_id, with_it=(), payment_id=key.id)
            finish(work)

    monkeypatch.setattr(webhook_application, "apply", trusted)
    with environment.rewindable_databases() as rewindable_databases:
        booked = all_was_seen_already(environment)
        monkeypatch.setattr(Orders, "_repeat", lambda *_: None)
        ends = Orders(booked, rewindable_databases).ends

    assert len(ends) > 1
    assert {outcome for _, notices in ends for _, outcome in notices} <= {"APPLIED", "IGNORED"}
