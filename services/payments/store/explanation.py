"""The payments service's part of a booking's timeline: webhook events, calls, changes, ledger rows and open jobs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.observability.examination import select
from chassis.observability.explanation import (
    WallTime,
    audit_of,
    change_entries,
    events_of,
    present,
    references,
    wall_time,
)
from chassis.observability.trace import trace_id
from contracts.operations import EntryKind, ExplainBooking, Explanation, TimelineEntry
from contracts.values import Money

Row = Any

_PAYMENTS = """
    SELECT id, status, amount, currency, session_id, intent_id FROM payment
    WHERE hotel = :hotel AND booking_id = :booking_id
    ORDER BY created_at
"""
_LEDGER = """
    SELECT position, payment_id, kind, amount, currency, provider_id, at FROM ledger
    WHERE hotel = :hotel AND payment_id = ANY(:payments)
    ORDER BY position
"""
_CALLS = """
    SELECT payment_id, action, attempt, state, code, object_id, asked_at, answered_at FROM provider_action
    WHERE hotel = :hotel AND payment_id = ANY(:payments) ORDER BY asked_at
"""
_WEBHOOKS = """
    SELECT webhook.event_id, webhook.type, object_id, outcome, reason, received_at, settled_at, job.traceparent
    FROM webhook LEFT JOIN job ON job.key = 'webhook:' || webhook.event_id
    WHERE webhook.payment_id = ANY(:payments) OR session_id = ANY(:objects) OR intent_id = ANY(:objects)
    ORDER BY received_at
"""
_JOBS = """
    SELECT kind, attempts, last_error, not_before, gave_up_at FROM job
    WHERE done_at IS NULL AND (
        payload ->> 'booking_id' = :booking_id OR payload ->> 'payment_id' = ANY(:payments)
    ) ORDER BY position
"""


def explain_booking(connection: sa.Connection, ask: ExplainBooking) -> Explanation:
    """The booking's payments and everything that happened to them."""
    payments = [_payment(row) for row in select(connection, _PAYMENTS, hotel=ask.hotel, booking_id=ask.booking)]
    ids = [payment["id"] for payment in payments]
    objects = [payment[name] for payment in payments for name in ("session_id", "intent_id")]
    events, audit = events_of(connection, [ask.booking]), audit_of(connection, ids)
    changes = change_entries("payments", events, audit, show_reason=True)
    audited = list(zip(audit, changes, strict=False))
    ledger = select(connection, _LEDGER, hotel=ask.hotel, payments=ids)
    entries = (
        *_webhook_entries(select(connection, _WEBHOOKS, payments=ids, objects=objects)),
        *_call_entries(select(connection, _CALLS, hotel=ask.hotel, payments=ids), audited),
        *changes,
        *_ledger_entries(ledger, wall_time(events), {(row.subject, row.at): entry.id for row, entry in audited}),
    )
    jobs = select(connection, _JOBS, booking_id=ask.booking, payments=ids)
    return Explanation(
        payments=tuple(codec.plain(payments)),
        events=references("payments", events),
        entries=entries,
        under_way=tuple(_open_jobs(jobs)),
    )


def _payment(row: Row) -> dict[str, Any]:
    """The payment's row, with its amount in major units."""
    return {**row._mapping, "amount": Money(row.amount, row.currency).text}


def _trace_of_call(row: Row, audited: Sequence[tuple[Row, TimelineEntry]]) -> str:
    """The trace of a call to the provider, taken from the payment's first change after the call."""
    later = (entry for audit, entry in audited if audit.subject == row.payment_id and entry.at >= row.asked_at)
    return next((entry.trace_id for entry in later), "")


def _webhook_entries(rows: Iterable[Row]) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=row.received_at,
            service="payments",
            kind=EntryKind.WEBHOOK,
            what=row.type,
            id=row.event_id,
            trace_id=trace_id(row.traceparent or ""),
            facts=present(
                {"outcome": row.outcome, "settled_at": row.settled_at, "object": row.object_id, "reason": row.reason}
            ),
        )
        for row in rows
    ]


def _call_entries(rows: Iterable[Row], audited: Sequence[tuple[Row, TimelineEntry]]) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=row.asked_at,
            service="payments",
            kind=EntryKind.CALL,
            what=row.action,
            id=f"{row.payment_id}:{row.action}:{row.attempt}",
            trace_id=_trace_of_call(row, audited),
            facts=present(
                {"state": row.state, "code": row.code, "object": row.object_id, "settled_at": row.answered_at}
            ),
        )
        for row in rows
    ]


def _ledger_entries(
    rows: Iterable[Row], convert: WallTime, changes: Mapping[tuple[str, datetime], str]
) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            at=convert(row.at),
            service="payments",
            kind=EntryKind.MONEY,
            what=row.kind,
            id=f"ledger/{row.position}",
            cause=changes.get((row.payment_id, row.at), ""),
            facts={"amount": str(Money(row.amount, row.currency)), "object": row.provider_id},
        )
        for row in rows
    ]


def _open_jobs(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        tries = f", {row.attempts} tries: {row.last_error}" if row.last_error else ""
        if row.gave_up_at:
            yield f"payments gave up {row.kind}{tries}"
        elif row.last_error or not row.not_before:
            yield f"payments owes {row.kind}{tries}"
