"""I5, I6, I17: what was recorded is told, what was told is heard by everyone once, and nothing lies parked."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.catalogue import SUBSCRIPTIONS
from hotelmate.invariants.books import Books, Finding

CHUNK = 5_000

_UNCONFIRMED = """
    SELECT id, subject, type FROM outbox
    WHERE published_at IS NULL AND recorded_at <= clock_timestamp() - make_interval(secs => :seconds)
    ORDER BY position LIMIT :newest
"""
_PARKED = "SELECT event_id, type, reason FROM webhook WHERE outcome = 'PARKED' ORDER BY event_id"
_GIVEN_UP = """
    SELECT key, kind, last_error FROM errand
    WHERE gave_up_at IS NOT NULL AND done_at IS NULL AND kind IN ('Pursue', 'ExpireSession') ORDER BY key
"""
# Inbox rows are kept for a month; by then the number at which a subject stands says it all.
_TOLD = """
    SELECT position, id, subject, sequence, type FROM (
        SELECT * FROM outbox ORDER BY position DESC LIMIT :newest
    ) AS told WHERE published_at <= clock_timestamp() - make_interval(secs => :seconds)
    AND recorded_at > clock_timestamp() - interval '29 days'
"""
_HEARD = "SELECT subject, last FROM inbox_position WHERE source = :source AND subject = ANY(:subjects)"
_APPLIED = "SELECT event_id FROM inbox WHERE event_id = ANY(:ids)"
_LAST = "SELECT subject, max(sequence) AS last FROM outbox WHERE subject = ANY(:subjects) GROUP BY subject"


def everything_is_told(books: Books) -> Iterator[Finding]:
    """I5: every change's event was confirmed by the broker."""
    for service in books.connections:
        about = {"seconds": books.unrest.total_seconds(), "newest": books.newest}
        for row in books.rows(service, _UNCONFIRMED, **about):
            yield Finding(invariant="I5", subject=row.subject, what=f"{row.type} {row.id} waits to be published")


def everyone_has_heard_once(books: Books) -> Iterator[Finding]:
    """I6: every listener applied each event exactly once, in order, or parked it.

    A type of which a listener has applied one is a type that it applies, from that one on.
    """
    for owner in books.connections:
        told = books.rows(owner, _TOLD, newest=books.newest, seconds=books.unrest.total_seconds())
        for listener, owners in SUBSCRIPTIONS.items():
            if owner in owners and listener in books.connections:
                stands = _standing(books, owner, listener, sorted({row.subject for row in told}))
                yield from _left_behind(books, owner, listener, stands, told)
                yield from _stepped_over(books, listener, stands, told)


def dead_letters_are_empty(books: Books) -> Iterator[Finding]:
    """I17: nothing lies in a dead-letter queue, no notice of Stripe's is parked, and no call to it was given up."""
    for letter in books.parked or ():
        what = f"{letter.type or 'what is no event'} is parked for {letter.service}"
        yield Finding(invariant="I17", subject=letter.id, what=what)
    if "payments" not in books.connections:
        return
    for row in books.rows("payments", _PARKED):
        yield Finding(invariant="I17", subject=row.event_id, what=f"{row.type} is parked: {row.reason}")
    for row in books.rows("payments", _GIVEN_UP):
        yield Finding(invariant="I17", subject=row.key, what=f"{row.kind} was given up: {row.last_error}")


def _standing(books: Books, owner: str, listener: str, subjects: Sequence[str]) -> dict[str, int]:
    return {
        row.subject: row.last
        for some in _chunks(subjects)
        for row in books.rows(listener, _HEARD, source=owner, subjects=some)
    }


def _left_behind(
    books: Books, owner: str, listener: str, stands: dict[str, int], told: Sequence[Any]
) -> Iterator[Finding]:
    parked = {letter.subject for letter in books.parked or () if (letter.service, letter.source) == (listener, owner)}
    highest: dict[str, int] = {}
    for row in told:
        highest[row.subject] = max(row.sequence, highest.get(row.subject, 0))
    for subject, last in sorted(highest.items()):
        if stands.get(subject, 0) < last and subject not in parked:
            what = f"{owner} has told number {last}, {listener} stands at {stands.get(subject, 0)}"
            yield Finding(invariant="I6", subject=subject, what=what)
    for some in _chunks(sorted(stands)):
        for row in books.rows(owner, _LAST, subjects=some):
            if stands[row.subject] > row.last:
                what = f"{listener} stands at {stands[row.subject]}, {owner} has only recorded number {row.last}"
                yield Finding(invariant="I6", subject=row.subject, what=what)


def _stepped_over(books: Books, listener: str, stands: dict[str, int], told: Sequence[Any]) -> Iterator[Finding]:
    passed = [row for row in told if row.sequence <= stands.get(row.subject, 0)]
    applied = {
        row.event_id for some in _chunks(passed) for row in books.rows(listener, _APPLIED, ids=[one.id for one in some])
    }
    first: dict[str, int] = {}
    for row in passed:
        if row.id in applied:
            first[row.type] = min(row.position, first.get(row.type, row.position))
    for row in passed:
        if row.id not in applied and row.position > first.get(row.type, row.position):
            what = f"{listener} has passed number {row.sequence} and not applied {row.type} {row.id}"
            yield Finding(invariant="I6", subject=row.subject, what=what)


def _chunks(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (things[start : start + CHUNK] for start in range(0, len(things), CHUNK))
