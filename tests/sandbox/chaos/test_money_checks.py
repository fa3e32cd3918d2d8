"""The judge reports money that the provider's journal has otherwise than the bookings."""

from typing import Any

import pytest

from sandbox.chaos.client.acknowledgements import ClientAct, StayRecord
from sandbox.chaos.judge.money_checks import by_booking, check_money
from sandbox.chaos.judge.reading import StayReading
from tests.sandbox.chaos.example_stay import BOOKING, reading, record

TOTAL = 12_900


def entry(movement: str, amount: int = TOTAL, *, intent: str = "pi_1") -> dict[str, Any]:
    metadata = {"refund_id": "1"} if movement == "refund" else {"booking_id": BOOKING}
    return {"movement": movement, "amount": amount, "payment_intent": intent, "metadata": metadata}


def checks(actual: StayReading, *entries: dict[str, Any], stay: StayRecord | None = None) -> set[str]:
    intents = by_booking(entries).get(BOOKING, {})
    return {violation.check for violation in check_money(stay or record(), actual, intents)}


PAID = (entry("authorise"), entry("capture"))
CANCELLED = reading(status="CANCELLED", cancellation_fee="29.00")
DECLINED = reading(status="DECLINED")


@pytest.mark.parametrize(
    ("actual", "entries"),
    [
        (reading(), PAID),
        (reading(status="CONFIRMED"), PAID),
        (DECLINED, (entry("authorise"), entry("void"))),
        (DECLINED, (entry("authorise"), entry("expire"))),
        (CANCELLED, (*PAID, entry("refund", 10_000))),
        (CANCELLED, (entry("authorise"), entry("capture", 2_900), entry("release", 10_000))),
        (reading(status="PENDING_APPROVAL"), (entry("authorise"),)),
        (reading(status="PENDING_PAYMENT"), ()),
        (CANCELLED, (*PAID, entry("refund", 10_000), entry("refund_failed", 10_000), entry("refund", 10_000))),
    ],
)
def test_money_that_agrees_breaks_nothing(actual: StayReading, entries: tuple[dict[str, Any], ...]) -> None:
    assert checks(actual, *entries) == set()


@pytest.mark.parametrize(
    ("actual", "entries", "check"),
    [
        (reading(), (*PAID, entry("capture")), "captured once"),
        (reading(), (entry("authorise"), entry("capture", 13_000)), "captured what was authorised"),
        (reading(), (*PAID, entry("authorise", intent="pi_2"), entry("capture", intent="pi_2")), "captured once, as"),
        (reading(), (entry("authorise"),), "captured once, as approved"),
        (reading(), (*PAID, entry("refund", 1)), "captured once, as approved"),
        (reading(), (entry("authorise"), entry("capture", 100)), "captured once, as approved"),
        (DECLINED, (entry("authorise"),), "no live authorisation"),
        (DECLINED, PAID, "refunded down to the fee"),
        (CANCELLED, PAID, "refunded down to the fee"),
        (CANCELLED, (*PAID, entry("refund", 10_000), entry("refund", 10_000)), "refunded what was captured"),
        (reading(status="PENDING_APPROVAL"), PAID, "authorised and not captured"),
        (reading(status="PENDING_PAYMENT"), (entry("authorise"),), "nothing of an unpaid booking"),
    ],
)
def test_money_that_differs_is_reported(actual: StayReading, entries: tuple[dict[str, Any], ...], check: str) -> None:
    assert any(each.startswith(check) for each in checks(actual, *entries))


OWES = reading(status="CONFIRMED", total_amount="258.00", balance_due="129.00")
LONGER = reading(status="CONFIRMED", total_amount="258.00")
SECOND = (entry("authorise", intent="pi_2"), entry("capture", intent="pi_2"))


def changed(act: ClientAct) -> StayRecord:
    """The stay with a night more."""
    stay = record()
    stay.total = "258.00"
    stay.acknowledge(act)
    return stay


def test_a_difference_is_owed_or_captured_once() -> None:
    assert checks(OWES, *PAID, stay=changed(ClientAct.CHANGED)) == set()
    assert checks(LONGER, *PAID, *SECOND, stay=changed(ClientAct.CHANGE_PAID)) == set()


def test_a_change_without_its_money_and_money_without_its_change_are_reported() -> None:
    paid = changed(ClientAct.CHANGE_PAID)

    assert checks(LONGER, *PAID, stay=paid) == {"captured once, as approved"}
    assert checks(OWES, *PAID, stay=paid) == {"nothing is owed"}
    assert checks(reading(status="CONFIRMED"), *PAID, *SECOND) == {"captured once, as approved"}
    held = checks(reading(status="CONFIRMED"), *PAID, SECOND[0])
    assert held == {"no live authorisation of a paid or ended booking"}
    third = (entry("authorise", intent="pi_3"), entry("capture", intent="pi_3"))
    assert checks(LONGER, *PAID, *SECOND, *third, stay=paid) == {"captured once, as approved"}


def test_a_booking_without_a_card_has_no_money_to_judge() -> None:
    stay = record()
    stay.by_card = False

    assert checks(reading(), stay=stay) == set()
