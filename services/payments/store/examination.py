"""Checks the invariants of the payments service, and lists rows as evidence for the invariants of several services."""

from collections.abc import Iterator

import sqlalchemy as sa

from chassis.observability.examination import EVIDENCE, NEWEST_SUBJECTS, Examination, select
from chassis.observability.status_trail import broken_steps, stale_statuses
from contracts.operations import Examine, Violation
from contracts.values import Money
from services.payments.domain.jobs import CONVERGING
from services.payments.lifecycle import LIFECYCLE
from services.payments.store.explanation import explain_booking

CAPTURED = frozenset({"CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED"})

_STATES = """
    SELECT audit.subject, payment.status, payment.version, audit.to_status, audit.sequence
    FROM payment_directory AS listed JOIN payment ON (payment.hotel, payment.id) = (listed.hotel, listed.payment_id)
    JOIN LATERAL (SELECT * FROM audit WHERE subject = payment.id ORDER BY sequence DESC LIMIT 1) AS audit ON true
    WHERE listed.payment_id = ANY (ARRAY({subjects}))
    AND (payment.status, payment.version) <> (audit.to_status, audit.sequence)
"""
# A payment's audit rows are numbered apart from the events of its booking, so that they are compared by their counts.
_COUNTS = """
    WITH newest AS (
        SELECT id, booking_id FROM payment_directory AS listed
        JOIN payment ON (payment.hotel, payment.id) = (listed.hotel, listed.payment_id)
        WHERE listed.payment_id = ANY (ARRAY({subjects}))
    ), audited AS (
        SELECT subject, what, count(*) AS times FROM audit JOIN newest ON newest.id = subject
        WHERE what LIKE 'Payment%' OR what LIKE 'Cancellation%' OR what = 'RefundFailed' GROUP BY 1, 2
    ), published AS (
        SELECT newest.id AS subject, split_part(type, '.', 2) AS what, count(*) AS times
        FROM outbox JOIN newest ON outbox.subject = booking_id AND data ->> 'payment_id' = newest.id GROUP BY 1, 2
    )
    SELECT subject, what, coalesce(audited.times, 0) AS rows, coalesce(published.times, 0) AS events
    FROM audited FULL JOIN published USING (subject, what) WHERE audited.times IS DISTINCT FROM published.times
"""
_BALANCES = """
    SELECT payment_id AS key, booking_id, min(currency) AS currency,
           coalesce(sum(amount) FILTER (WHERE kind = 'authorise'), 0)::bigint AS authorised,
           coalesce(sum(amount) FILTER (WHERE kind = 'capture'), 0)::bigint AS captured,
           coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0)::bigint AS voided,
           coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0)::bigint
           - coalesce(sum(amount) FILTER (WHERE kind = 'refund_failed'), 0)::bigint AS refunded,
           count(*) FILTER (WHERE kind = 'capture') AS captures,
           EXISTS (
               SELECT FROM refund
               WHERE (refund.hotel, refund.payment_id) = (ledger.hotel, ledger.payment_id) AND status = 'FAILED'
           ) AS refund_failed
    FROM ledger WHERE booking_id = ANY (ARRAY(
        SELECT booking_id FROM (SELECT booking_id FROM ledger ORDER BY position DESC LIMIT :newest) AS newest
    )) GROUP BY hotel, booking_id, payment_id
"""
_PAYMENTS = """
    SELECT id, booking_id, status, currency, captured, refunded,
           EXISTS (
               SELECT FROM refund
               WHERE (refund.hotel, payment_id) = (payment.hotel, payment.id) AND refund.status = 'PENDING'
           ) AS refund_pending
    FROM payment WHERE :whole OR id = ANY(:ids)
"""
_STORED = """
    SELECT event_id, type FROM webhook
    WHERE outcome = 'STORED' AND received_at <= clock_timestamp() - make_interval(secs => :older_than)
"""
_DONE_TWICE = """
    SELECT payment_id, action, count(*) AS times FROM provider_action
    WHERE state = 'DONE' AND action <> 'session' GROUP BY hotel, payment_id, action HAVING count(*) > 1
"""
_PARKED = "SELECT event_id, type, reason FROM webhook WHERE outcome = 'PARKED' ORDER BY event_id"
_GIVEN_UP = """
    SELECT key, kind, last_error FROM job
    WHERE gave_up_at IS NOT NULL AND done_at IS NULL AND kind = ANY(:kinds) ORDER BY key
"""
_STEPS = {(before, after) for before, _, after in LIFECYCLE}


def statuses_follow_the_lifecycle(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I3: each payment's status was reached by allowed steps, and equals the status in the last audit row."""
    yield from broken_steps(
        connection, newest=ask.newest, is_allowed=lambda before, _, after: (before, after) in _STEPS
    )
    yield from stale_statuses(connection, _STATES, newest=ask.newest)


def changes_have_an_audit_row_and_an_event(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I4: a payment has as many audit rows of each kind of change as events of that kind."""
    statement = _COUNTS.format(subjects=NEWEST_SUBJECTS.format(table="audit"))
    for row in select(connection, statement, newest=ask.newest):
        what = f"{row.what} has {row.rows} audit rows and {row.events} events"
        yield Violation(invariant="I4", subject=row.subject, what=what)


def payments_are_captured_once(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I9: a payment is captured once at most; captured <= authorised amount, refunded <= captured amount."""
    for row in select(connection, _BALANCES, newest=ask.newest):
        if row.captures > 1 or row.captured + row.voided > row.authorised or row.refunded > row.captured:
            captured, authorised, refunded = _amounts(row.currency, row.captured, row.authorised, row.refunded)
            what = f"{row.captures} captures: {captured} of {authorised}, {refunded} refunded"
            yield Violation(invariant="I9", subject=row.key, what=what)


def payments_match_the_ledger(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I10: a payment's captured and refunded sums equal the sums of its ledger rows."""
    balances = {row.key: row for row in select(connection, _BALANCES, newest=ask.newest)}
    [state] = select(connection, EVIDENCE["state"])
    for payment in select(connection, _PAYMENTS, whole=state.length <= ask.newest, ids=list(balances)):
        balance = balances.get(payment.id)
        booked = (balance.captured, balance.refunded) if balance and payment.status in CAPTURED else (0, 0)
        if payment.captured == booked[0] and (payment.refunded == booked[1] or payment.refund_pending):
            continue
        ours = " and ".join(_amounts(payment.currency, payment.captured, payment.refunded))
        what = f"captured and refunded are {ours}, by the ledger {' and '.join(_amounts(payment.currency, *booked))}"
        yield Violation(invariant="I10", subject=payment.id, what=what, booking_id=payment.booking_id)


def _amounts(currency: str, *minor: int) -> list[str]:
    """The amounts, given in minor units, as people read them."""
    return [str(Money(each, currency)) for each in minor]


def webhook_events_are_handled(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I11: no webhook event stays stored without being applied, ignored or parked."""
    for row in select(connection, _STORED, older_than=ask.older_than):
        yield Violation(invariant="I11", subject=row.event_id, what=f"{row.type} is stored and not applied")


def calls_are_made_once(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I15: no call that changes a payment at the provider succeeded twice."""
    for row in select(connection, _DONE_TWICE):
        yield Violation(invariant="I15", subject=row.payment_id, what=f"{row.action} was done {row.times} times")


def nothing_is_given_up(connection: sa.Connection, _: Examine) -> Iterator[Violation]:
    """Invariant I17: no webhook event is parked, and no call to the provider was given up."""
    for row in select(connection, _PARKED):
        yield Violation(invariant="I17", subject=row.event_id, what=f"{row.type} is parked: {row.reason}")
    for row in select(connection, _GIVEN_UP, kinds=list(CONVERGING)):
        yield Violation(invariant="I17", subject=row.key, what=f"{row.kind} was given up: {row.last_error}")


EXAMINATION = Examination(
    invariants={
        "I3": statuses_follow_the_lifecycle,
        "I4": changes_have_an_audit_row_and_an_event,
        "I9": payments_are_captured_once,
        "I10": payments_match_the_ledger,
        "I11": webhook_events_are_handled,
        "I15": calls_are_made_once,
        "I17": nothing_is_given_up,
    },
    evidence={
        "balances": _BALANCES,
        "ledger": """
            SELECT to_char(position, 'FM0000000000000000000') AS key, provider_id, kind, amount, currency FROM ledger
        """,
        "webhook_events": "SELECT event_id AS key FROM webhook WHERE event_id = ANY(:keys)",
    },
    explain_booking=explain_booking,
)
