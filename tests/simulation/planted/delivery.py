"""Planted faults of events, webhook events and jobs: lost, doubled, out of order, without their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from chassis.messaging import inbox
from chassis.messaging.event_dispatcher import APPLIED, DispatchResult, Disposition, EventDispatcher
from chassis.refusal import TooEarly
from chassis.transactions import records
from chassis.transactions.tables import OUTBOX
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Envelope, Event
from tests.simulation.actors import arrivals, departures
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements


@planted("I6", deaths=0.02, steps=150)
def the_inbox_forgets(product: Replacements) -> None:
    """An event is applied without a row in the inbox: a second delivery is applied again."""
    product.replace(inbox, "advance", lambda *_: None)
    product.replace(inbox, "insert", lambda *_, **__: None)


@planted("I6", choices={"duty": (arrivals.walk_in, departures.check_out)}, kind_of_run="ordinary", refused=0.2)
def gaps_are_passed(product: Replacements) -> None:
    """An event that is too early is applied: the events before it count as applied."""
    past_repeats = inbox.advance_past_repeats

    def past_gaps(connection: sa.Connection, envelopes: Sequence[Envelope]) -> list[Envelope]:
        try:
            return past_repeats(connection, envelopes)
        except TooEarly:
            inbox._set_last(connection, envelopes)
            return list(envelopes)

    product.replace(inbox, "advance_past_repeats", past_gaps)


@planted("I4", "I6", deaths=0.03)
def the_outbox_is_written_after_the_commit(product: Replacements) -> None:
    """The outbox rows are written in a transaction of their own: a crash between the two loses the events."""
    flush = Work.flush
    begin = UnitOfWork.begin
    late: WeakKeyDictionary[Work, list[Any]] = WeakKeyDictionary()

    def without_events(self: Work) -> None:
        rows = [self._row(pending) for pending in self._events]
        self._events = []
        flush(self)
        late.setdefault(self, []).extend(rows)

    @contextmanager
    def twice(self: UnitOfWork, *args: Any, **kwargs: Any) -> Iterator[Work]:
        with begin(self, *args, **kwargs) as opened:
            yield opened
        if rows := late.pop(opened, []):
            with self.begin() as second:
                records.insert(second.connection, {OUTBOX.name: rows})

    product.replace(Work, "flush", without_events)
    product.replace(UnitOfWork, "begin", twice)


@planted("I4", favours=("walk_in", "check_out"), kind_of_run="ordinary")
def check_outs_have_no_audit_row(product: Replacements) -> None:
    """The audit row of a check-out is left out."""
    audit = Work.audit

    def most(self: Work, *, what: str, **more: Any) -> None:
        if what != "GuestCheckedOut":
            audit(self, what=what, **more)

    product.replace(Work, "audit", most)


@planted("I4", "I6", favours=("assign", "book"), kind_of_run="ordinary")
def assignments_have_no_event(product: Replacements) -> None:
    """The event of a room's assignment is left out, and the later events of the booking come too early for ever."""
    publish = Work.publish

    def most(self: Work, event: Event, **more: Any) -> Any:
        return uuid4() if type(event).__name__ == "RoomAssigned" else publish(self, event, **more)

    product.replace(Work, "publish", most)


@planted("I3", "I6", favours=("pay", "decide"), kind_of_run="money")
def numbers_have_gaps(product: Replacements) -> None:
    """The event of a captured payment leaves out a number."""
    row = Work._row

    def with_gap(self: Work, pending: Any) -> dict[str, Any]:
        leaves_out = type(pending.event).__name__ == "PaymentCaptured"
        return row(self, pending) | ({"later": -1} if leaves_out else {})

    product.replace(Work, "_row", with_gap)


@planted("I16", "I6")
def sent_mails_are_published_twice(product: Replacements) -> None:
    """The event of a sent mail is published twice, with two ids and two numbers."""
    publish = Work.publish

    def doubled(self: Work, event: Event, **more: Any) -> Any:
        if type(event).__name__ == "NoticeSent":
            publish(self, event, **more)
        return publish(self, event, **more)

    product.replace(Work, "publish", doubled)


@planted("I6", choices={"duty": (arrivals.walk_in, departures.check_out)}, kind_of_run="ordinary", refused=0.2)
def failed_events_are_acknowledged(product: Replacements) -> None:
    """An event that is too early or fails is acknowledged and dropped, and is in no dead letters."""
    apply = EventDispatcher._apply_one

    def dropped(self: EventDispatcher, envelope: Envelope) -> DispatchResult:
        result = apply(self, envelope)
        return result if result.disposition is Disposition.OUTAGE else APPLIED

    product.replace(EventDispatcher, "_apply_one", dropped)
