"""I15: the same Idempotency-Key has one effect."""

from collections.abc import Iterator

from hotelmate.invariants.books import Books, Finding

_GONE = """
    SELECT DISTINCT answer -> 'booking' ->> 'id' AS booking_id FROM idempotency
    LEFT JOIN booking ON booking.id = answer -> 'booking' ->> 'id'
    WHERE answer -> 'booking' ? 'id' AND booking.id IS NULL
"""
_TWICE = """
    SELECT answer -> 'booking' ->> 'id' AS booking_id, count(*) AS times FROM idempotency
    WHERE answer ? 'guest_token' GROUP BY 1 HAVING count(*) > 1
"""
_CALLS = """
    SELECT payment_id, action, count(*) AS times FROM provider_action
    WHERE state = 'DONE' AND action <> 'session' GROUP BY payment_id, action HAVING count(*) > 1
"""


def a_key_has_one_effect(books: Books) -> Iterator[Finding]:
    """I15: what a key was answered is there, is another key's too for no booking, and no call was done twice."""
    if "bookings" in books.connections:
        for row in books.rows("bookings", _GONE):
            yield Finding(invariant="I15", subject=row.booking_id, what="was answered, and no booking has that name")
        for row in books.rows("bookings", _TWICE):
            yield Finding(invariant="I15", subject=row.booking_id, what=f"was created under {row.times} keys")
    if "payments" in books.connections:
        for row in books.rows("payments", _CALLS):
            yield Finding(invariant="I15", subject=row.payment_id, what=f"{row.action} was done {row.times} times")
