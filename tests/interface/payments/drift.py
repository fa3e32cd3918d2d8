"""Drifts between payments and the provider, and reconciliation as an operator runs it."""

from typing import Any

import stripe

from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import (
    GetReconciliation,
    Reconcile,
    ReconciledPage,
    Reconciliation,
    ReconciliationFinding,
    ReconciliationPart,
)
from services.payments.handlers.reconciliation import reconcile_due
from services.payments.work import PaymentsWork
from tests.interface.payments.payments_under_test import PaymentsUnderTest


def client(service: PaymentsUnderTest) -> stripe.StripeClient:
    """A client that acts on the stand-in directly, as an operator in Stripe's dashboard."""
    return stripe.StripeClient("sk_test_house", base_addresses={"api": service.stripe.url}, max_network_retries=0)


def conversation(service: PaymentsUnderTest) -> Conversation[PaymentsWork]:
    return Conversation(service.unit_of_work, service._ask)


def reconcile_page(service: PaymentsUnderTest, part: ReconciliationPart, **scope: Any) -> ReconciledPage:
    reply: ReconciledPage = service.ask(Reconcile(part=part, run="test", **scope)).reply
    return reply


def reconcile_all(service: PaymentsUnderTest, **scope: Any) -> list[ReconciliationFinding]:
    """Reconcile all parts, page by page, as the command line does."""
    findings: dict[tuple[str, str], ReconciliationFinding] = {}
    for part in ReconciliationPart:
        after = None
        while True:
            page = reconcile_page(service, part, after=after, **scope)
            for finding in page.findings:
                findings.setdefault((finding.kind, finding.object_id), finding)
            after = page.next
            if after is None:
                break
    return list(findings.values())


def kinds(findings: list[ReconciliationFinding]) -> set[str]:
    return {str(finding.kind) for finding in findings}


def reconciliation_status(service: PaymentsUnderTest) -> Reconciliation:
    reply: Reconciliation = service.ask(GetReconciliation()).reply
    return reply


def state(service: PaymentsUnderTest) -> dict[str, Any]:
    """All rows that a sync could change."""
    tables = ("payment", "refund", "provider_action", "ledger", "webhook", "job", "outbox", "audit", "finding")
    return {table: service.sql(f"SELECT * FROM {table}") for table in (*tables, "reconciliation")}


def stop_webhooks(service: PaymentsUnderTest) -> None:
    """No webhook event is delivered from here on."""
    service.stripe.drop_events(times=None)


def lost_authorisation(service: PaymentsUnderTest) -> str:
    booking_id = service.book()
    session_id = service.open(booking_id).session_id
    stop_webhooks(service)
    service.stripe.pay(session_id)
    return booking_id


def lost_manual_refund(service: PaymentsUnderTest) -> str:
    booking_id = service.captured()
    stop_webhooks(service)
    client(service).v1.refunds.create({"payment_intent": service.payment(booking_id)["intent_id"], "amount": 4000})
    return booking_id


def lost_dispute(service: PaymentsUnderTest) -> str:
    booking_id = service.captured()
    stop_webhooks(service)
    service.stripe.dispute(service.stripe.journal(service.payment(booking_id)["intent_id"])[0]["charge"])
    return booking_id


def lapsed_authorisation(service: PaymentsUnderTest) -> str:
    booking_id = service.authorised()
    stop_webhooks(service)
    service.stripe.advance(8 * 24 * 3600)
    return booking_id


def lost_void_job(service: PaymentsUnderTest) -> str:
    """The booking is declined, and the job that voids the authorisation is lost."""
    booking_id = service.authorised()
    service.decline(booking_id)
    service.sql("DELETE FROM job")
    return booking_id


def lost_capture_job(service: PaymentsUnderTest) -> str:
    booking_id = service.authorised()
    service.approve(booking_id)
    service.sql("DELETE FROM job")
    return booking_id


def lost_refund_job(service: PaymentsUnderTest) -> str:
    booking_id = service.captured()
    service.cancel(booking_id, fee=5000)
    service.sql("DELETE FROM job")
    return booking_id


def missing_ledger_row(service: PaymentsUnderTest) -> str:
    booking_id = service.captured()
    service.sql("DELETE FROM ledger WHERE kind = 'capture'")
    return booking_id


def pass_an_hour(service: PaymentsUnderTest) -> None:
    """Run the timer as if an hour had passed."""
    service.sql("UPDATE payment SET compare_at = compare_at - interval '61 minutes'")
    reconcile_due(conversation(service))
