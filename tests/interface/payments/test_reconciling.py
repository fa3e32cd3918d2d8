"""Drift from the provider: planted, found by looking only, repaired on the one path, judged by the journal."""

from collections.abc import Callable
from typing import Any

import pytest

from services.payments.handlers.comparing import repair
from services.payments.handlers.reconciling import compare_due
from tests.interface.payments.drift import (
    client,
    conversation,
    deaf,
    figures,
    forgotten_capture,
    forgotten_refund,
    forgotten_void,
    gone_through,
    hours_pass,
    kinds,
    lapsed_hold,
    lost_authorisation,
    lost_dispute,
    lost_refund_by_hand,
    missing_row,
    state,
)
from tests.interface.payments.house import House

Plant = Callable[[House], str]
REPAIRABLE: list[tuple[Plant, set[str], str]] = [
    (lost_authorisation, {"STATUS_DIFFERS", "LEDGER_LACKS"}, "AUTHORIZED"),
    (lost_refund_by_hand, {"STATUS_DIFFERS", "REFUNDED_DIFFERS", "LEDGER_LACKS"}, "PARTIALLY_REFUNDED"),
    (lost_dispute, {"LEDGER_LACKS"}, "CAPTURED"),
    (lapsed_hold, {"STATUS_DIFFERS", "LEDGER_LACKS"}, "VOIDED"),
    (forgotten_void, {"MONEY_KEPT"}, "VOIDED"),
    (forgotten_capture, {"CALL_OUTSTANDING"}, "CAPTURED"),
    (forgotten_refund, {"MONEY_KEPT"}, "PARTIALLY_REFUNDED"),
    (missing_row, {"LEDGER_LACKS"}, "CAPTURED"),
]
BY_NAME = [pytest.param(*row, id=row[0].__name__) for row in REPAIRABLE]


@pytest.mark.parametrize(("plant", "expected", "status"), BY_NAME)
def test_looking_finds_the_drift_and_changes_nothing(
    house: House, plant: Plant, expected: set[str], status: str
) -> None:
    booking_id = plant(house)
    before = state(house)

    found = gone_through(house)

    assert kinds(found) == expected
    assert {finding.booking_id for finding in found} == {booking_id}
    assert state(house) == before
    assert status


@pytest.mark.parametrize(("plant", "expected", "status"), BY_NAME)
def test_the_command_repairs_the_drift(house: House, plant: Plant, expected: set[str], status: str) -> None:
    booking_id = plant(house)

    found = gone_through(house, repair=True)

    assert expected <= kinds(found)
    assert all(finding.repaired for finding in found)
    assert house.status(booking_id) == status
    assert sorted(house.ledger(booking_id)) == sorted(house.journal(booking_id))
    assert gone_through(house) == []


@pytest.mark.parametrize(("plant", "expected", "status"), BY_NAME)
def test_the_clock_repairs_the_drift_within_the_hour(
    house: House, plant: Plant, expected: set[str], status: str
) -> None:
    booking_id = plant(house)
    asked = len(house.stripe.requests())

    compare_due(conversation(house))
    early = len(house.stripe.requests()) - asked
    hours_pass(house)

    assert early == 0
    assert house.status(booking_id) == status
    assert sorted(house.ledger(booking_id)) == sorted(house.journal(booking_id))
    noted = house.sql("SELECT kind, booking_id, repaired FROM finding")
    assert expected <= {row["kind"] for row in noted}
    assert all(row["repaired"] and row["booking_id"] == booking_id for row in noted)
    assert figures(house).open == {}
    assert figures(house).repaired == len(noted)


@pytest.mark.parametrize("plant", [lambda house: house.captured(), lambda house: house.authorised()])
def test_where_all_agrees_nothing_is_found(house: House, plant: Plant) -> None:
    booking_id = plant(house)
    before = house.payment(booking_id)

    found = gone_through(house, repair=True)
    hours_pass(house)

    assert found == []
    times = {"compare_at": None}
    assert {**house.payment(booking_id), **times} == {**before, **times}
    assert house.sql("SELECT * FROM finding") == []


# What only people can set right stays found.


def test_a_row_that_the_provider_knows_nothing_of_is_shown_and_kept(house: House) -> None:
    booking_id = house.captured()
    house.sql(
        "INSERT INTO ledger (payment_id, booking_id, kind, amount, currency, provider_id, at, why)"
        " SELECT id, booking_id, 'refund', 100, 'EUR', 're_invented', now(), '' FROM payment"
    )

    for wanted in ({}, {"repair": True}, {}):
        (finding,) = gone_through(house, **wanted)
        assert (finding.kind, finding.object_id, finding.repaired) == ("LEDGER_EXCEEDS", "re_invented", False)
        assert (finding.ours, finding.theirs) == ("refund EUR 1.00", "not there")
    assert figures(house).open == {"LEDGER_EXCEEDS": 1}

    house.sql("DELETE FROM ledger WHERE provider_id = 're_invented'")
    repair(house.payment(booking_id)["id"], conversation(house), run="again")
    assert figures(house).open == {}


def test_what_bears_our_name_and_we_do_not_know_is_shown(house: House) -> None:
    params: Any = {
        "mode": "payment",
        "line_items": [
            {"price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "x"}}, "quantity": 1}
        ],
        "metadata": {"payment_id": "pay_lost", "booking_id": "BK-2026-LOST22"},
        "payment_intent_data": {"metadata": {"payment_id": "pay_lost", "booking_id": "BK-2026-LOST22"}},
        "success_url": "https://hotel.example/x",
    }  # fmt: skip
    session = client(house).v1.checkout.sessions.create(params)
    deaf(house)
    house.stripe.pay(session.id)

    found = gone_through(house, repair=True)

    assert {(finding.kind, finding.payment_id, finding.repaired) for finding in found} == {
        ("UNKNOWN_TO_US", "pay_lost", False)
    }
    assert {finding.object_id[:2] for finding in found} == {"cs", "pi"}
    assert gone_through(house, hotel="hotel-elsewhere") == []


def test_a_second_page_for_one_payment_is_shown(house: House) -> None:
    booking_id = house.book()
    house.open(booking_id)
    kept = house.sql("SELECT request, payment_id FROM provider_action")[0]
    second = house.cards.perform(kept["request"], key="a key of nobody's")

    (finding,) = gone_through(house)

    assert (finding.kind, finding.object_id, finding.booking_id) == ("UNKNOWN_TO_US", second, booking_id)


def test_what_the_provider_does_not_know_any_more_is_shown(house: House) -> None:
    house.captured()
    house.stripe.state.store.intents.clear()

    (finding,) = [each for each in gone_through(house, repair=True) if each.kind != "LEDGER_EXCEEDS"]

    assert (finding.kind, finding.repaired) == ("MISSING_AT_PROVIDER", False)


def test_money_that_is_kept_because_its_refund_failed_is_shown_until_it_went_back(house: House) -> None:
    booking_id = house.captured(card="4000000000005126")
    house.cancel(booking_id)
    house.settle()
    house.stripe.advance(60)
    house.settle()

    (finding,) = gone_through(house, repair=True)
    assert (finding.kind, finding.theirs, finding.repaired) == ("MONEY_KEPT", "EUR 150.00", False)

    house.stripe.fault("refund", starts="succeeded", times=None)
    house.retry_refund(booking_id)
    house.settle()
    assert gone_through(house) == []
