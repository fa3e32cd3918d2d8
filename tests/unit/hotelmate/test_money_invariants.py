"""The breaches of the invariants of money are described in major units."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.operations import Evidence, Examine, ReadEvidence, Violations
from hotelmate.invariants import money
from hotelmate.invariants.context import ExaminationContext

BOOKING = {
    "key": "BK-1", "status": "CANCELLED", "currency": "JPY", "fee": 5000, "due_at_the_desk": 0, "served": 0,
    "settled": 0,
}  # fmt: skip
PAYMENT = {
    "key": "pay-1", "booking_id": "BK-1", "currency": "JPY", "authorised": 28122, "captured": 0, "voided": 0,
    "refunded": 0, "refund_failed": False,
}  # fmt: skip
STATE = {"length": 0, "busy": False}


def examined(
    booking: dict[str, Any], *payments: dict[str, Any], journal: list[dict[str, Any]] | None = None
) -> ExaminationContext:
    """The context of an examination of one booking with these payments, an empty ledger and the provider's journal."""
    rows = {"balances": payments, "bookings": (booking,), "bookings_with_a_fee": (booking,), "state": (STATE,)}

    def ask(_: str, query: Any) -> Any:
        if isinstance(query, Examine):
            return Violations()
        assert isinstance(query, ReadEvidence)
        return Evidence(rows=tuple(rows.get(query.name, ())))

    return ExaminationContext(ask=ask, older_than=timedelta(0), journal=journal)


@pytest.mark.parametrize(
    ("booking", "payment", "what"),
    [
        ({}, {}, "JPY 28122 still authorised, CANCELLED"),
        ({}, {"captured": 28122}, "JPY 28122 captured, the fee is JPY 5000, CANCELLED"),
        ({"currency": "EUR"}, {"currency": "EUR"}, "EUR 281.22 still authorised, CANCELLED"),
        (
            {"currency": "EUR"},
            {"currency": "EUR", "captured": 28122},
            "EUR 281.22 captured, the fee is EUR 50.00, CANCELLED",
        ),
    ],
)
def test_money_of_an_ended_booking_is_described_in_major_units(
    booking: dict[str, Any], payment: dict[str, Any], what: str
) -> None:
    context = examined(BOOKING | booking, PAYMENT | payment)

    assert [violation.what for violation in money.ended_bookings_hold_no_money(context)] == [what]


def test_a_fee_without_any_payment_is_described_in_the_currency_of_the_booking() -> None:
    context = examined(BOOKING | {"currency": "EUR"})

    assert [violation.what for violation in money.ended_bookings_hold_no_money(context)] == [
        "EUR 0.00 captured, the fee is EUR 50.00, CANCELLED"
    ]


def test_captured_money_without_a_reason_is_described_in_major_units() -> None:
    context = examined(BOOKING | {"fee": 0, "currency": "EUR"}, PAYMENT | {"currency": "EUR", "captured": 28122})

    assert [violation.what for violation in money.captured_money_has_a_reason(context)] == [
        "EUR 281.22 captured while CANCELLED"
    ]


def test_a_movement_that_only_the_provider_has_is_described_in_major_units() -> None:
    movement = {"movement": "capture", "object": "ch_1", "amount": 28122, "currency": "eur", "payment_intent": "pi_1"}

    context = examined(BOOKING, journal=[movement])

    assert [violation.what for violation in money.payments_match_the_ledger(context)] == [
        "capture EUR 281.22 is only in the provider's journal"
    ]
