"""I7 to I10: the money of every booking is where its status says, and our ledger is the provider's."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hotelmate.invariants.books import Books, Finding

_PURSES = """
    SELECT booking_id, payment_id,
           coalesce(sum(amount) FILTER (WHERE kind = 'authorise'), 0)::bigint AS authorised,
           coalesce(sum(amount) FILTER (WHERE kind = 'capture'), 0)::bigint AS captured,
           coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0)::bigint AS voided,
           coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0)::bigint
           - coalesce(sum(amount) FILTER (WHERE kind = 'refund_failed'), 0)::bigint AS refunded,
           count(*) FILTER (WHERE kind = 'capture') AS captures
    FROM ledger WHERE booking_id IN (
        SELECT booking_id FROM (SELECT booking_id FROM ledger ORDER BY position DESC LIMIT :newest) AS newest
    ) GROUP BY booking_id, payment_id
"""
_BOOKINGS = """
    SELECT id, status, coalesce(cancellation_fee, 0) AS fee, coalesce(balance_due, 0) AS at_the_desk
    FROM booking WHERE id = ANY(:ids) OR (status = ANY(:over) AND cancellation_fee > coalesce(balance_due, 0))
"""
_LEFT_TO_PEOPLE = "SELECT DISTINCT payment_id FROM refund WHERE status = 'FAILED'"
_PAYMENTS = """
    SELECT id, booking_id, status, captured, refunded,
           EXISTS (SELECT FROM refund WHERE payment_id = payment.id AND refund.status = 'PENDING') AS under_way
    FROM payment WHERE :whole OR id = ANY(:ids)
"""
_LEDGER = "SELECT booking_id, kind, provider_id, amount, currency FROM ledger"

STAYS = frozenset({"CONFIRMED", "IN_HOUSE", "COMPLETED"})
OVER = frozenset({"DECLINED", "EXPIRED", "CANCELLED", "NO_SHOW"})
TAKEN = frozenset({"CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED"})
VOIDS = frozenset({"release", "void", "expire"})


@dataclass(frozen=True)
class Purse:
    """A booking's money by our ledger, in minor units: what the card still promises, and what is ours."""

    held: int = 0
    kept: int = 0
    left_to_people: bool = False  # a refund failed and waits for them


def captured_money_has_a_reason(books: Books) -> Iterator[Finding]:
    """I7: what was captured and not given back belongs to a confirmed stay, or is a recorded fee."""
    for booking_id, purse, booking in _judged(books):
        wanted = booking is not None and (booking.status in STAYS or booking.fee)
        if purse.kept > 0 and not wanted and not purse.left_to_people:
            yield Finding(invariant="I7", subject=booking_id, what=f"{purse.kept} kept while {_status(booking)}")


def ended_bookings_have_let_go(books: Books) -> Iterator[Finding]:
    """I8: an ended booking has no live authorisation, and of its money exactly the fee was kept.

    A refund that the provider refused waits for people: `payment_status` and staff's notices say so.
    """
    for booking_id, purse, booking in _judged(books):
        if booking is None or booking.status not in OVER:
            continue
        fee = booking.fee - booking.at_the_desk
        if purse.held:
            yield Finding(invariant="I8", subject=booking_id, what=f"{purse.held} still held, {booking.status}")
        elif purse.kept != fee and not purse.left_to_people:
            yield Finding(
                invariant="I8", subject=booking_id, what=f"{purse.kept} kept, the fee is {fee}, {booking.status}"
            )


def money_is_taken_once(books: Books) -> Iterator[Finding]:
    """I9: at most one capture of each payment, of what was promised; no more given back than taken."""
    for row in books.rows("payments", _PURSES, newest=books.newest):
        if row.captures > 1 or row.captured + row.voided > row.authorised or row.refunded > row.captured:
            yield Finding(
                invariant="I9",
                subject=row.payment_id,
                what=f"{row.captures} captures: {row.captured} of {row.authorised}, {row.refunded} given back",
            )
    intents = Counter(str(entry["payment_intent"]) for entry in books.journal or () if entry["movement"] == "capture")
    for intent, count in intents.items():
        if count > 1:
            yield Finding(invariant="I9", subject=intent, what=f"captured {count} times at the provider")


def the_ledger_is_true(books: Books) -> Iterator[Finding]:
    """I10: payments and ledger tell the same, as does the provider's own journal where it is at hand."""
    purses = {row.payment_id: row for row in books.rows("payments", _PURSES, newest=books.newest)}
    whole = books.is_whole("payments")
    for payment in books.rows("payments", _PAYMENTS, whole=whole, ids=list(purses)):
        purse = purses.get(payment.id)
        booked = (purse.captured, purse.refunded) if purse and payment.status in TAKEN else (0, 0)
        same = payment.captured == booked[0] and (payment.refunded == booked[1] or payment.under_way)
        if not same and payment.booking_id in books.at_rest([payment.booking_id]):
            known = (payment.captured, payment.refunded)
            yield Finding(
                invariant="I10",
                subject=payment.id,
                what=f"captured and refunded are {known}, the ledger's are {booked}",
            )
    if books.journal is not None:
        yield from _beside_the_journal(books)


def _beside_the_journal(books: Books) -> Iterator[Finding]:
    ours = Counter(
        (row.provider_id, row.kind, row.amount, row.currency.lower()) for row in books.rows("payments", _LEDGER)
    )
    theirs = Counter(_movement(entry) for entry in books.journal or ())
    for only, whose in ((ours - theirs, "in our ledger only"), (theirs - ours, "in the provider's journal only")):
        for provider_id, kind, amount, currency in only:
            yield Finding(invariant="I10", subject=provider_id, what=f"{kind} {amount} {currency} is {whose}")


def _movement(entry: Mapping[str, Any]) -> tuple[str, str, int, str]:
    kind = "void" if entry["movement"] in VOIDS else str(entry["movement"])
    return str(entry["object"]), kind, int(entry["amount"]), str(entry["currency"]).lower()


def _judged(books: Books) -> list[tuple[str, Purse, Any]]:
    """Each booking at rest that money has moved for, or whose fee is on the card, with its purse."""
    people = {row.payment_id for row in books.rows("payments", _LEFT_TO_PEOPLE)}
    purses: dict[str, Purse] = {}
    for row in books.rows("payments", _PURSES, newest=books.newest):
        before = purses.get(row.booking_id, Purse())
        purses[row.booking_id] = Purse(
            held=before.held + row.authorised - row.captured - row.voided,
            kept=before.kept + row.captured - row.refunded,
            left_to_people=before.left_to_people or row.payment_id in people,
        )
    over = list(OVER) if books.is_whole("payments") and books.is_whole("bookings") else []
    bookings = {row.id: row for row in books.rows("bookings", _BOOKINGS, ids=list(purses), over=over)}
    settled = books.at_rest({*purses, *bookings})
    return [(one, purses.get(one, Purse()), bookings.get(one)) for one in sorted(settled)]


def _status(booking: Any) -> str:
    return booking.status if booking else "no booking has that name"
