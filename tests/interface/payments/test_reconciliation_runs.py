"""Reconciliation runs: pages, the timer, leases, and what was left unprocessed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from contracts.payments.reconciliation import ReconciliationFinding, ReconciliationPart
from services.payments.handlers.reconciliation import reconcile_due
from services.payments.steps.reconciliation.payment import repair
from tests.interface.payments.drift import (
    conversation,
    kinds,
    lost_refund_job,
    pass_an_hour,
    reconcile_all,
    reconcile_page,
    reconciliation_status,
)
from tests.interface.payments.failing_cards import count_movements
from tests.interface.payments.payments_under_test import PaymentsUnderTest

TEN = timedelta(minutes=10)


def test_an_unapplied_webhook_event_is_found_and_applied(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id)
    service.deliver_webhooks()
    service.sql("DELETE FROM job WHERE kind = 'ApplyWebhook'")
    assert "WEBHOOK_NOT_APPLIED" not in kinds(reconcile_all(service))
    service.sql("UPDATE webhook SET received_at = now() - interval '10 minutes'")

    dry_run = reconcile_all(service)
    repaired = reconcile_all(service, repair=True)

    assert "WEBHOOK_NOT_APPLIED" in kinds(dry_run)
    assert all(finding.repaired for finding in repaired)
    assert service.sql("SELECT * FROM webhook WHERE outcome = 'STORED'") == []
    assert reconciliation_status(service).webhooks_waiting == 0
    assert service.status(booking_id) == "AUTHORIZED"


def test_a_parked_webhook_event_is_found_in_every_run(service: PaymentsUnderTest) -> None:
    service.captured()
    service.sql("UPDATE webhook SET outcome = 'PARKED', payment_id = NULL, session_id = NULL, intent_id = NULL")
    count = service.sql("SELECT count(*) AS n FROM webhook")[0]["n"]

    left = [finding for finding in reconcile_all(service, repair=True, limit=2) if not finding.repaired]

    assert (len(left), kinds(left)) == (count, {"WEBHOOK_NOT_APPLIED"})
    assert reconciliation_status(service).webhooks_parked == count


def test_a_job_that_was_given_up_is_found_and_its_payment_converges(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()
    service.decline(booking_id)
    given_up = "UPDATE job SET gave_up_at = now(), last_error = 'silence' WHERE done_at IS NULL AND kind = :kind"
    service.sql(given_up, kind="ConvergePayment")

    dry_run = reconcile_all(service)
    repaired = reconcile_all(service, repair=True)

    assert kinds(dry_run) == {"JOB_GIVEN_UP", "MONEY_KEPT"}
    assert {finding.repaired for finding in repaired} == {True}
    assert (service.status(booking_id), count_movements(service, booking_id, "void")) == ("VOIDED", 1)
    assert reconciliation_status(service).jobs_given_up == 0
    assert reconcile_all(service) == []


def test_each_page_is_limited_and_all_pages_cover_every_payment(service: PaymentsUnderTest) -> None:
    bookings = {lost_authorisation_of(service) for _ in range(5)}

    findings: list[ReconciliationFinding] = []
    pages, after = [], None
    while True:
        page = reconcile_page(service, ReconciliationPart.PAYMENTS, limit=2, after=after)
        pages.append((page.looked, page.total))
        findings += page.findings
        after = page.next
        if after is None:
            break

    assert pages == [(2, 5), (2, None), (1, None)]
    assert {finding.booking_id for finding in findings} == bookings


def lost_authorisation_of(service: PaymentsUnderTest) -> str:
    booking_id = service.book()
    session_id = service.open(booking_id).session_id
    service.stripe.pay(session_id)
    return booking_id


def test_only_payments_in_scope_are_compared(service: PaymentsUnderTest) -> None:
    first, second = lost_authorisation_of(service), lost_authorisation_of(service)

    assert {each.booking_id for each in reconcile_all(service, booking_id=first)} == {first}
    assert reconcile_all(service, hotel="hotel-elsewhere") == []
    assert reconcile_page(service, ReconciliationPart.PAYMENTS, since=service.now()).looked == 0
    assert {each.booking_id for each in reconcile_all(service, hotel="hotel-killarney")} == {first, second}


def test_two_timers_claim_different_payments(service: PaymentsUnderTest) -> None:
    for _ in range(3):
        lost_authorisation_of(service)
    service.sql("UPDATE payment SET compare_at = compare_at - interval '61 minutes'")
    with service.begin() as first:
        mine = first.reconciliation.claim(first.now, limit=2, lease=TEN)
        with service.begin() as second:
            theirs = second.reconciliation.claim(second.now, limit=5, lease=TEN)

    assert (len(mine), len(theirs)) == (2, 1)
    assert not set(mine) & set(theirs)


def test_an_unavailable_provider_is_called_again_only_after_the_lease(service: PaymentsUnderTest) -> None:
    for _ in range(3):
        lost_authorisation_of(service)
    service.stripe.fault("fail_before", path="/v1/", drop=True, times=None)
    calls_before = len(service.stripe.requests())

    pass_an_hour(service)
    reconcile_due(conversation(service))

    assert len(service.stripe.requests()) - calls_before <= 2
    service.stripe.lift_faults()
    service.advance(6)
    reconcile_due(conversation(service))
    assert {row["status"] for row in service.sql("SELECT status FROM payment")} == {"AUTHORIZED"}


def test_a_finished_payment_is_compared_at_growing_intervals_and_then_no_more(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    comparisons = 0
    for _ in range(40):
        due = service.payment(booking_id)["compare_at"]
        if due is None:
            break
        service.advance((due - service.now()).total_seconds() / 60 + 1)
        reconcile_due(conversation(service))
        comparisons += 1

    assert service.payment(booking_id)["compare_at"] is None
    assert 8 <= comparisons <= 14


def test_concurrent_repairs_refund_once(service: PaymentsUnderTest) -> None:
    booking_id = lost_refund_job(service)
    key = service.key(booking_id)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: repair(key, conversation(service), run="concurrent"), range(3)))

    assert count_movements(service, booking_id, "refund") == 1
    assert service.payment(booking_id)["refunded"] == 10000
