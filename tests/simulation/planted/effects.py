"""Planted faults of commands: Idempotency-Keys, two-step actions, and replies that do not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from chassis.transactions import idempotency
from chassis.transactions.conversation import Conversation
from contracts.bookings.balance import BalanceSettled
from contracts.bookings.events import BookingEvent
from services.bookings.domain.booking import Booking
from services.bookings.steps import pending_actions
from services.bookings.store.bookings import SqlBookings
from services.bookings.store.holds import SqlInventoryHolds
from services.bookings.work import BookingsWork
from services.rooms.store.actions import SqlActionLog
from tests.simulation.planted.fault import planted


@planted("I15")
def replies_are_not_stored_under_their_key(patch: pytest.MonkeyPatch) -> None:
    """A key is free again when its request is done: a repetition has a second effect."""
    patch.setattr(idempotency, "store", lambda connection, claim, _: idempotency.forget(connection, claim))
    patch.setattr(idempotency, "answer", lambda *_, **__: None)


@planted("I15", "Right 17")
def actions_do_not_know_their_key(patch: pytest.MonkeyPatch) -> None:
    """Who ends an interrupted action does not know the key that began it: a repetition begins a second action."""
    begin = pending_actions.begin

    def without_key(*about: Any, claim: Any = None, **fields: Any) -> Booking:
        return begin(*about, **fields)

    patch.setattr(pending_actions, "begin", without_key)


@planted("Right 18", "liveness")
def claims_never_end(patch: pytest.MonkeyPatch) -> None:
    """The key of a request whose process died is blocked for a day."""
    patch.setattr(idempotency, "LEASE", idempotency.RETENTION)


@planted("I2")
def rooms_repeat_an_action(patch: pytest.MonkeyPatch) -> None:
    """The rooms service carries an action out again when it is asked again under the same action id."""
    patch.setattr(SqlActionLog, "begin", lambda *_, **__: True)
    patch.setattr(SqlActionLog, "finish", lambda *_: None)


@planted("I13")
def actions_do_not_shut_out(patch: pytest.MonkeyPatch) -> None:
    """A second action of a booking begins while the first one waits for the rooms service."""
    begin = SqlBookings.begin_action

    def overwriting(self: SqlBookings, booking: Booking, action: Any) -> Booking:
        return begin(self, replace(booking, pending=None), action)

    patch.setattr(SqlBookings, "begin_action", overwriting)
    patch.setattr(pending_actions, "require_none", lambda booking: booking)


@planted("I12")
def interrupted_actions_stay(patch: pytest.MonkeyPatch) -> None:
    """Nobody carries out an action whose process died."""
    patch.setattr(SqlBookings, "lock_stale", lambda _: None)


@planted("I12", "I2")
def orphan_holds_stay(patch: pytest.MonkeyPatch) -> None:
    """Nobody releases the nights of a booking that was never stored."""
    patch.setattr(SqlInventoryHolds, "take_due", lambda _: None)


@planted("I2", "I13")
def no_answer_counts_as_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """A lost reply of the rooms service is a refusal: the action is forgotten, and the rooms have done it."""
    ask = Conversation.ask

    def refused(self: Conversation[Any], message: Any) -> Any:
        try:
            return ask(self, message)
        except Unavailable as unknown:
            raise Refusal("UNAVAILABLE", str(unknown)) from unknown

    patch.setattr(Conversation, "ask", refused)


@planted("I14")
def settlements_are_answered_and_not_stored(patch: pytest.MonkeyPatch) -> None:
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

    patch.setattr(BookingsWork, "record", forgotten)


@planted("I14")
def corrected_guests_are_answered_and_not_stored(patch: pytest.MonkeyPatch) -> None:
    """A guest's corrected name or address is in the answer, and not in the database."""
    patch.setattr(SqlBookings, "_save_guest", lambda *_: None)
