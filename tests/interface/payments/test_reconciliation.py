"""Drift from the provider: found by a dry run, repaired by convergence, judged by the stand-in's journal."""

from collections.abc import Callable
from typing import Any

import pytest

from services.payments.handlers.reconciliation import reconcile_due
from services.payments.steps.reconciliation.payment import repair
from tests.interface.payments.drift import (
    client,
    conversation,
    kinds,
    lapsed_authorisation,
    lost_authorisation,
    lost_capture_job,
    lost_dispute,
    lost_manual_refund,
    lost_refund_job,
    lost_void_job,
    missing_ledger_row,
    pass_an_hour,
    reconcile_all,
    reconciliation_status,
    state,
    stop_webhooks,
)
from tests.interface.payments.payments_under_test import PaymentsUnderTest

CreateDrift = Callable[[PaymentsUnderTest], str]
REPAIRABLE: list[tuple[CreateDrift, set[str], str]] = [
    (lost_authorisation, {"STATUS_DIFFERS", "LEDGER_LACKS"}, "AUTHORIZED"),
    (lost_manual_refund, {"STATUS_DIFFERS", "REFUNDED_DIFFERS", "LEDGER_LACKS"}, "PARTIALLY_REFUNDED"),
    (lost_dispute, {"LEDGER_LACKS"}, "CAPTURED"),
    (lapsed_authorisation, {"STATUS_DIFFERS", "LEDGER_LACKS"}, "VOIDED"),
    (lost_void_job, {"MONEY_KEPT"}, "VOIDED"),
    (lost_capture_job, {"CALL_OUTSTANDING"}, "CAPTURED"),
    (lost_refund_job, {"MONEY_KEPT"}, "PARTIALLY_REFUNDED"),
    (missing_ledger_row, {"LEDGER_LACKS"}, "CAPTURED"),
]
BY_NAME = [pytest.param(*row, id=row[0].__name__) for row in REPAIRABLE]


@pytest.mark.parametrize(("create_drift", "expected", "status"), BY_NAME)
def test_a_dry_run_finds_the_drift_and_changes_nothing(
    service: PaymentsUnderTest, create_drift: CreateDrift, expected: set[str], status: str
) -> None:
    booking_id = create_drift(service)
    before = state(service)

    findings = reconcile_all(service)

    assert kinds(findings) == expected
    assert {finding.booking_id for finding in findings} == {booking_id}
    assert state(service) == before
    assert status


@pytest.mark.parametrize(("create_drift", "expected", "status"), BY_NAME)
def test_a_repairing_run_repairs_the_drift(
    service: PaymentsUnderTest, create_drift: CreateDrift, expected: set[str], status: str
) -> None:
    booking_id = create_drift(service)

    findings = reconcile_all(service, repair=True)

    assert expected <= kinds(findings)
    assert all(finding.repaired for finding in findings)
    assert service.status(booking_id) == status
    assert sorted(service.ledger(booking_id)) == sorted(service.journal(booking_id))
    assert reconcile_all(service) == []


@pytest.mark.parametrize(("create_drift", "expected", "status"), BY_NAME)
def test_the_timer_repairs_the_drift_within_the_hour(
    service: PaymentsUnderTest, create_drift: CreateDrift, expected: set[str], status: str
) -> None:
    booking_id = create_drift(service)
    calls_before = len(service.stripe.requests())

    reconcile_due(conversation(service))
    early_calls = len(service.stripe.requests()) - calls_before
    pass_an_hour(service)

    assert early_calls == 0
    assert service.status(booking_id) == status
    assert sorted(service.ledger(booking_id)) == sorted(service.journal(booking_id))
    recorded = service.sql("SELECT kind, booking_id, repaired FROM finding")
    assert expected <= {row["kind"] for row in recorded}
    assert all(row["repaired"] and row["booking_id"] == booking_id for row in recorded)
    assert reconciliation_status(service).open == {}
    assert reconciliation_status(service).repaired == len(recorded)


@pytest.mark.parametrize("create_drift", [lambda service: service.captured(), lambda service: service.authorised()])
def test_a_payment_that_agrees_with_the_provider_has_no_finding(
    service: PaymentsUnderTest, create_drift: CreateDrift
) -> None:
    booking_id = create_drift(service)
    before = service.payment(booking_id)

    findings = reconcile_all(service, repair=True)
    pass_an_hour(service)

    assert findings == []
    unscheduled = {"compare_at": None}
    assert {**service.payment(booking_id), **unscheduled} == {**before, **unscheduled}
    assert service.sql("SELECT * FROM finding") == []


# Findings that only staff can resolve.


def test_a_ledger_row_unknown_to_the_provider_is_found_and_kept(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.sql(
        "INSERT INTO ledger (hotel, payment_id, booking_id, kind, amount, currency, provider_id, at, why)"
        " SELECT hotel, id, booking_id, 'refund', 100, 'EUR', 're_invented', now(), '' FROM payment"
    )

    for options in ({}, {"repair": True}, {}):
        (finding,) = reconcile_all(service, **options)
        assert (finding.kind, finding.object_id, finding.repaired) == ("LEDGER_EXCEEDS", "re_invented", False)
        assert (finding.ours, finding.theirs) == ("refund EUR 1.00", "not there")
    assert reconciliation_status(service).open == {"LEDGER_EXCEEDS": 1}

    service.sql("DELETE FROM ledger WHERE provider_id = 're_invented'")
    repair(service.key(booking_id), conversation(service), run="again")
    assert reconciliation_status(service).open == {}


def test_an_unknown_object_with_our_metadata_is_found(service: PaymentsUnderTest) -> None:
    params: Any = {
        "mode": "payment",
        "line_items": [
            {"price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "x"}}, "quantity": 1}
        ],
        "metadata": {"payment_id": "pay_lost", "booking_id": "BK-2026-LOST22"},
        "payment_intent_data": {"metadata": {"payment_id": "pay_lost", "booking_id": "BK-2026-LOST22"}},
        "success_url": "https://hotel.example/x",
    }  # fmt: skip
    session = client(service).v1.checkout.sessions.create(params)
    stop_webhooks(service)
    service.stripe.pay(session.id)

    findings = reconcile_all(service, repair=True)

    assert {(finding.kind, finding.payment_id, finding.repaired) for finding in findings} == {
        ("UNKNOWN_TO_US", "pay_lost", False)
    }
    assert {finding.object_id[:2] for finding in findings} == {"cs", "pi"}
    assert reconcile_all(service, hotel="hotel-elsewhere") == []


def test_a_second_session_of_one_payment_is_found(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)
    stored = service.sql("SELECT request, payment_id FROM provider_action")[0]
    second = service.cards.perform(stored["request"], key="another key").object_id

    (finding,) = reconcile_all(service)

    assert (finding.kind, finding.object_id, finding.booking_id) == ("UNKNOWN_TO_US", second, booking_id)


def test_an_object_that_is_missing_at_the_provider_is_found(service: PaymentsUnderTest) -> None:
    service.captured()
    service.stripe.state.store.intents.clear()

    (finding,) = [each for each in reconcile_all(service, repair=True) if each.kind != "LEDGER_EXCEEDS"]

    assert (finding.kind, finding.repaired) == ("MISSING_AT_PROVIDER", False)


def test_money_kept_after_a_failed_refund_is_found_until_refunded(service: PaymentsUnderTest) -> None:
    booking_id = service.captured(card="4000000000005126")
    service.cancel(booking_id)
    service.run_until_idle()
    service.stripe.advance(60)
    service.run_until_idle()

    (finding,) = reconcile_all(service, repair=True)
    assert (finding.kind, finding.theirs, finding.repaired) == ("MONEY_KEPT", "EUR 150.00", False)

    service.stripe.fault("refund", starts="succeeded", times=None)
    service.retry_refund(booking_id)
    service.run_until_idle()
    assert reconcile_all(service) == []
