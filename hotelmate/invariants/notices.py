"""I11: every notice of the provider's that was answered with 2xx is applied, ignored on purpose, or parked."""

from collections.abc import Iterator

from hotelmate.invariants.books import Books, Finding

_WAITING = """
    SELECT event_id, type FROM webhook
    WHERE outcome = 'STORED' AND received_at <= clock_timestamp() - make_interval(secs => :seconds)
"""
_STORED = "SELECT event_id FROM webhook WHERE event_id = ANY(:ids)"


def notices_are_dealt_with(books: Books) -> Iterator[Finding]:
    """I11: every notice of the provider's that we answered is applied, ignored on purpose, or parked.

    That none was answered without being stored is judged where it is known what was answered.
    """
    for row in books.rows("payments", _WAITING, seconds=books.unrest.total_seconds()):
        yield Finding(invariant="I11", subject=row.event_id, what=f"{row.type} is stored and nothing came of it")
    if books.answered:
        stored = {row.event_id for row in books.rows("payments", _STORED, ids=list(books.answered))}
        for event_id in sorted(set(books.answered) - stored):
            yield Finding(invariant="I11", subject=event_id, what="answered and not stored")
