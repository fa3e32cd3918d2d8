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
class Told:
    """One booking, and what is still to be decided about it."""

    environment: PaymentEnvironment
    created: CreatedBooking
    session: str = ""
    to_do: list[tuple[Status, Any]] = field(default_factory=list)

    def about(self) -> dict[str, str]:
        return {"hotel": self.created.booking.hotel, "booking_id": self.created.booking.id}

    def rest(self) -> None:
        """What must be tried again is left for later."""
        self.environment.settle(retries=0)

    def open_and_pay(self) -> None:
        asked = OpenPaymentSession(**self.about())
        self.session = self.environment.platform.ask(asked, guest(self.created)).session_id
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
        """What the guest's page asks for when they come back to it."""
        self.environment.platform.ask(VerifyPayment(**self.about(), session_id=self.session), guest(self.created))
        self.rest()

    def state(self) -> State:
        """Payments, bookings and the provider's journal, but for times and random names."""
        of_payments, of_bookings = (
            tuple(tuple(sorted(self.environment.query(service, question))) for question in questions)
            for service, questions in (("payments", PAYMENTS), ("bookings", BOOKINGS))
        )
        told = tuple(
            tuple(self.environment.query(service, "SELECT type FROM outbox ORDER BY position"))
            for service in ("payments", "bookings")
        )
        return (*of_payments, *of_bookings, *told, tuple(self.environment.payments(self.created.booking.id).movements))

    def notices(self) -> State:
        """What has become of the notices."""
        question = "SELECT type, outcome FROM webhook WHERE event_id NOT LIKE '%x'"
        return tuple(sorted(self.environment.query("payments", question)))


class Orders:
    """All orders of what is still to come, walked as a graph. `count` of them there are; `ends` is where they end."""

    def __init__(self, told: Told, rewindable_databases: Rewind) -> None:
        self._told = told
        self._rewinding = rewindable_databases
        self._known: dict[State, int] = {}
        self._repeated: set[tuple[State, str]] = set()
        self._looked_from: set[State] = set()
        self.looked: set[State] = set()
        self.ends: set[State] = set()
        self.count = self._walk()

    def _walk(self) -> int:
        told = self._told
        state = told.state()
        here = (state, frozenset(told.environment.delivered), len(told.to_do))
        if here not in self._known:
            self._repeat(state)
            self._look(state)
            moves = self._moves()
            if not moves:
                self.ends.add((state, told.notices()))
            self._known[here] = sum(self._make(move) for move in moves) if moves else 1
        return self._known[here]

    def _make(self, move: Callable[[], Any]) -> int:
        to_do = list(self._told.to_do)
        with self._rewinding.rolled_back():
            move()
            self._told.rest()
            ways = self._walk()
        self._told.to_do = to_do
        return ways

    def _moves(self) -> Sequence[Callable[[], Any]]:
        told = self._told
        moves: list[Callable[[], Any]] = [
            lambda event=event: told.environment.deliver(event)  # type: ignore[misc]
            for event in told.environment.undelivered()
        ]
        if told.to_do and told.environment.booking(told.created).status is told.to_do[0][0]:
            moves.append(lambda: told.decide(told.to_do.pop(0)[1]))
        return moves

    def _repeat(self, state: State) -> None:
        """Each notice that has come comes again, as itself and as another event about the same."""
        told = self._told
        for event_id in told.environment.delivered:
            if (state, event_id) in self._repeated:
                continue
            self._repeated.add((state, event_id))
            event = told.environment.stripe.state.store.events[event_id]
            with self._rewinding.rolled_back():
                told.environment.deliver(event)
                told.environment.deliver(event, renamed="x")
                told.rest()
                assert told.state() == state, f"{event['type']} comes again and changes something"

    def _look(self, state: State) -> None:
        """Whatever has not come is lost for good: a look at the provider and the same decisions lead to the end."""
        if state in self._looked_from:
            return
        self._looked_from.add(state)
        told, to_do = self._told, list(self._told.to_do)
        with self._rewinding.rolled_back():
            told.look()
            while told.to_do:
                told.decide(told.to_do.pop(0)[1])
            self.looked.add(told.state())
        told.to_do = to_do


def happy(environment: PaymentEnvironment) -> Told:
    told = Told(environment, environment.book(FREE))
    told.open_and_pay()
    told.to_do = [(Status.PENDING_APPROVAL, ApproveBooking(**told.about()))]
    return told


def declined(environment: PaymentEnvironment) -> Told:
    told = Told(environment, environment.book(FREE))
    told.open_and_pay()
    told.to_do = [(Status.PENDING_APPROVAL, DeclineBooking(**told.about()))]
    return told


def cancelled_with_a_fee(environment: PaymentEnvironment) -> Told:
    """After the capture, so that some of the money goes back."""
    told = Told(environment, environment.book(SHARE))
    told.open_and_pay()
    told.notices_come()
    told.to_do = [
        (Status.PENDING_APPROVAL, ApproveBooking(**told.about())),
        (Status.CONFIRMED, CancelBooking(**told.about(), reason="ill")),
    ]
    return told


def expired_then_late_money(environment: PaymentEnvironment) -> Told:
    """The guest paid, the provider was silent until the hold was gone, and now its notices come."""
    told = Told(environment, environment.book(FREE))
    told.open_and_pay()
    environment.stripe.fault("fail_before", drop=True, times=None)
    environment.advance(timedelta(minutes=18))
    environment.tick()
    assert environment.booking(told.created).status is Status.EXPIRED
    environment.stripe.state.faults.remove()
    return told


def all_was_seen_already(environment: PaymentEnvironment) -> Told:
    """Nothing is left to be learnt from the six notices: every one of the 720 orders is walked."""
    told = happy(environment)
    told.look()
    told.decide(told.to_do.pop()[1])
    assert len(environment.undelivered()) == 6
    return told


LIVES = [happy, declined, cancelled_with_a_fee, expired_then_late_money, all_was_seen_already]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_order_of_a_life_s_notices_ends_alike(
    life: Callable[[PaymentEnvironment], Told], environment: PaymentEnvironment
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
def test_one_who_trusts_what_a_notice_says_ends_in_different_places(
    environment: PaymentEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the last notice that came decides."""

    def trusted(event_id: str, conversation: Conversation) -> str:
        with conversation.transaction() as work:
            event = work.webhooks.get(event_id).event
            ids = {"payment_id": None, "session_id": event.session_id, "intent_id": event.intent_id}
            payment_id = str(work.payments.find_id(**ids))
            if event.type in TYPES:
                values = {"id": payment_id, "status": TYPES[event.type]}
                work.connection.execute(sa.text("UPDATE payment SET status = :status WHERE id = :id"), values)
        return payment_id

    monkeypatch.setattr(webhook_application, "apply", trusted)
    with environment.rewindable_databases() as rewindable_databases:
        told = all_was_seen_already(environment)
        monkeypatch.setattr(Orders, "_repeat", lambda *_: None)
        ends = Orders(told, rewindable_databases).ends

    assert len(ends) > 1
