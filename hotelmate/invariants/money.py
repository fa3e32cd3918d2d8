"""Invariants I7 to I10: the money of every booking matches its status, and our ledger matches the provider's."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.operations import Violation
from contracts.values import Money
from hotelmate.invariants.context import ExaminationContext, Row

STAYS = frozenset({"CONFIRMED", "IN_HOUSE", "COMPLETED"})
ENDED = frozenset({"DECLINED", "EXPIRED", "CANCELLED", "NO_SHOW"})
VOIDS = frozenset({"release", "void", "expire"})


@dataclass(frozen=True)
class BookingBalance:
    """A booking's money by our ledger, in minor units of `currency`.

    `held` is authorised money; `captured` is net of refunds.
    """

    currency: str
    held: int = 0
    captured: int = 0
    refund_failed: bool = False  # which is left to people

    def text(self, minor: int) -> str:
        """The amount of `minor` minor units, as people read it."""
        return str(Money(minor, self.currency))

    def with_payment(self, payment: Row) -> "BookingBalance":
        """The balance with one more payment."""
        return replace(
            self,
            held=self.held + payment["authorised"] - payment["captured"] - payment["voided"],
            captured=self.captured + payment["captured"] - payment["refunded"],
            refund_failed=self.refund_failed or payment["refund_failed"],
        )


def captured_money_has_a_reason(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I7: money that was captured and not refunded belongs to a confirmed stay, or is a recorded fee."""
    for booking_id, balance, booking in _balances(context):
        has_reason = booking is not None and (booking["status"] in STAYS or booking["fee"] or booking["served"])
        if balance.captured > 0 and not has_reason and not balance.refund_failed:
            status = booking["status"] if booking else "no booking has that id"
            what = f"{balance.text(balance.captured)} captured while {status}"
            yield Violation(invariant="I7", subject=booking_id, what=what)


def ended_bookings_hold_no_money(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I8: an ended booking has no live authorisation, and the hotel has captured exactly what is due by card.

    This is the fee and the room service, less what was paid at the desk and what is still owed, and never below zero.
    A refund that the provider refused is not a breach: `payment_status` and a notice inform staff, who handle it.
    """
    for booking_id, balance, booking in _balances(context):
        if booking is None or booking["status"] not in ENDED:
            continue
        status, at_desk = booking["status"], booking["settled"] + booking["due_at_the_desk"]
        fee = max(booking["fee"] + booking["served"] - at_desk, 0)
        if balance.held:
            what = f"{balance.text(balance.held)} still authorised, {status}"
            yield Violation(invariant="I8", subject=booking_id, what=what)
        elif balance.captured != fee and not balance.refund_failed:
            what = f"{balance.text(balance.captured)} captured, the fee is {balance.text(fee)}, {status}"
            yield Violation(invariant="I8", subject=booking_id, what=what)


def payments_are_captured_once(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I9: a payment is captured once at most; captured <= authorised amount, refunded <= captured amount."""
    yield from context.violations("I9", "payments")
    captures = Counter(
        str(entry["payment_intent"]) for entry in context.journal or () if entry["movement"] == "capture"
    )
    for intent, count in captures.items():
        if count > 1:
            yield Violation(invariant="I9", subject=intent, what=f"captured {count} times at the provider")


def payments_match_the_ledger(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I10: payments and ledger agree, and so does the provider's own journal if it is available.

    Each stay's money is in its one equation.
    """
    yield from context.violations("I10", "payments")
    yield from context.violations("I10", "bookings")
    if context.journal is not None:
        yield from _journal_differences(context, context.journal)


def _journal_differences(context: ExaminationContext, journal: Any) -> Iterator[Violation]:
    ours = Counter(
        (row["provider_id"], row["kind"], row["amount"], row["currency"]) for row in context.rows("payments", "ledger")
    )
    theirs = Counter(_movement(entry) for entry in journal)
    for movements, where in ((ours - theirs, "our ledger"), (theirs - ours, "the provider's journal")):
        for provider_id, kind, amount, currency in movements:
            what = f"{kind} {Money(amount, currency)} is only in {where}"
            yield Violation(invariant="I10", subject=provider_id, what=what)


def _movement(entry: Mapping[str, Any]) -> tuple[str, str, int, str]:
    kind = "void" if entry["movement"] in VOIDS else str(entry["movement"])
    return str(entry["object"]), kind, int(entry["amount"]), str(entry["currency"]).upper()


def _balances(context: ExaminationContext) -> list[tuple[str, BookingBalance, Row | None]]:
    """The id, balance and row of each booking with ledger rows or a card fee, unless the booking changed recently."""
    balances: dict[str, BookingBalance] = {}
    for payment in context.rows("payments", "balances"):
        booking_id = payment["booking_id"]
        none = BookingBalance(currency=payment["currency"])
        balances[booking_id] = balances.get(booking_id, none).with_payment(payment)
    bookings = {row["key"]: row for row in context.rows("bookings", "bookings", keys=balances)}
    if context.is_whole("payments") and context.is_whole("bookings"):
        bookings |= {row["key"]: row for row in context.rows("bookings", "bookings_with_a_fee")}
    for booking_id, row in bookings.items():
        balances.setdefault(booking_id, BookingBalance(currency=row["currency"]))
    return [(each, balances[each], bookings.get(each)) for each in sorted(context.at_rest(balances))]
