"""Planted faults of commands: Idempotency-Keys, two-step actions, and replies that do not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chassis.refusal import Refusal, Unavailable
from chassis.transactions import idempotency
from chassis.transactions.conversation import Conversation
from contracts.bookings.balance import BalanceSettled
from contracts.bookings.events import BookingEvent
from services.bookings.domain.booking import Booking
from services.bookings.steps import pending_actions
from services.bookings.store.bookings import SqlBookings
from services.bookings.store.communications import SqlCommunications
from services.bookings.store.holds import SqlInventoryHolds
from services.bookings.work import BookingsWork
from services.rooms.store.actions import SqlActionLog
from tests.simulation.actors import arrivals, departures
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

IN_HOUSE = (arrivals.walk_in, departures.extend, departures.move, departures.check_out)  # duties


@planted("I15", odds={"asks again": 0.6, "without a key": 0.0})
def replies_are_not_stored_under_their_key(product: Replacements) -> None:
    """A key is free again when its request is done: a repetition has a second effect."""
    done = "DELETE FROM idempotency WHERE key = :done_key AND {after}"
    product.replace(idempotency, "store", lambda write_late, claim, _: write_late(done, {"done_key": claim.key}))
    product.replace(idempotency, "answer", lambda *_, **__: None)


@planted(
    "I15",
    "Right 17",
    odds={"without a key": 0.0},
    choices={"duty": (arrivals.walk_in, departures.extend)},
    kind_of_run="ordinary",
    steps=900,
    deaths=0.02,
    lost=0.2,
)
def actions_do_not_know_their_key(product: Replacements) -> None:
    """Who ends an interrupted action does not know the key that began it: a repetition begins a second action."""
    begin = pending_actions.begin

    def without_key(*about: Any, claim: Any = None, **fields: Any) -> Booking:
        return begin(*about, **fields)

    product.replace(pending_actions, "begin", without_key)


@planted("Right 18", "liveness", odds={"without a key": 0.0}, deaths=0.03, steps=150)
def claims_never_end(product: Replacements) -> None:
    """The key of a request whose process died is blocked for a day."""
    product.replace(idempotency, "LEASE", idempotency.RETENTION)


@planted("I2", choices={"duty": IN_HOUSE}, kind_of_run="ordinary", lost=0.2)
def rooms_repeat_an_action(product: Replacements) -> None:
    """The rooms service carries an action out again when it is asked again under the same action id."""
    product.replace(SqlActionLog, "begin", lambda *_, **__: True)
    product.replace(SqlActionLog, "finish", lambda *_: None)


@planted("I13", actors=("desk-2",), choices={"duty": IN_HOUSE}, kind_of_run="ordinary", steps=900, lost=0.1, slow=0.3)
def actions_do_not_shut_out(product: Replacements) -> None:
    """A second action of a booking begins while the first one waits for the rooms service."""
    begin = SqlBookings.begin_action

    def overwriting(self: SqlBookings, booking: Booking, action: Any) -> Booking:
        return begin(self, replace(booking, pending=None), action)

    product.replace(SqlBookings, "begin_action", overwriting)
    product.replace(pending_actions, "require_none", lambda booking: booking)


@planted("I12", odds={"without a key": 0.9}, choices={"duty": IN_HOUSE}, kind_of_run="ordinary", deaths=0.03, lost=0.1)
def interrupted_actions_stay(product: Replacements) -> None:
    """Nobody carries out an action whose process died."""
    product.replace(SqlBookings, "lock_stale", lambda _: None)


@planted("I12", "I2", deaths=0.03, lost=0.1)
def orphan_holds_stay(product: Replacements) -> None:
    """Nobody releases the nights of a booking that was never stored."""
    product.replace(SqlInventoryHolds, "keep_needed", lambda _: None)


@planted("I2", "I13", lost=0.2)
def no_answer_counts_as_a_refusal(product: Replacements) -> None:
    """A lost reply of the rooms service is a refusal: the action is forgotten, and the rooms have done it."""
    ask = Conversation.ask

    def refused(self: Conversation[Any], message: Any) -> Any:
        try:
            return ask(self, message)
        except Unavailable as unknown:
            raise Refusal("NO_ANSWER", str(unknown)) from unknown

    product.replace(Conversation, "ask", refused)


@planted(
    "I14",
    choices={"duty": (departures.settle, arrivals.book), "payment": ("none",), "amount": (None,)},
    kind_of_run="ordinary",
)
def settlements_are_answered_and_not_stored(product: Replacements) -> None:
    """What is paid at the desk is answered with the new balance, and the booking keeps the old one."""
    record = BookingsWork.record

    def forgotten(self: BookingsWork, booking: Booking, events: Sequence[BookingEvent], **more: Any) -> Booking:
        if not any(isinstance(event, BalanceSettled) for event in events):
            return record(self, booking, events, **more)
        savepoint = self.connection.begin_nested()
        after = record(self, booking, events, **more)
        savepoint.rollback()
        self._audit.clear()
        self._events.clear()
        return after

    product.replace(BookingsWork, "record", forgotten)


@planted("I14", favours=("communicate", "book"), kind_of_run="ordinary")
def communications_are_answered_and_not_stored(product: Replacements) -> None:
    """What staff write to a guest is answered, and nobody sends it."""
    product.replace(SqlCommunications, "add", lambda *_: None)
