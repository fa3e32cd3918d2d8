"""Ways for us and the provider to drift apart, and what an operator sees of it."""

from typing import Any

import stripe

from chassis.transactions.conversation import Conversation
from contracts.payments import Compare, Compared, Finding, GetReconciliation, Part, Reconciliation
from services.payments.handlers.reconciling import compare_due
from tests.interface.payments.house import House


def client(house: House) -> stripe.StripeClient:
    """Somebody at the provider's own pages."""
    return stripe.StripeClient("sk_test_house", base_addresses={"api": house.stripe.url}, max_network_retries=0)


def conversation(house: House) -> Conversation:
    return Conversation(house.unit_of_work, house._ask)


def compared(house: House, part: Part, **wanted: Any) -> Compared:
    answer: Compared = house.ask(Compare(part=part, run="test", **wanted)).reply
    return answer


def gone_through(house: House, **wanted: Any) -> list[Finding]:
    """All parts, page by page, as the command line goes."""
    found: dict[tuple[str, str], Finding] = {}
    for part in Part:
        after = None
        while True:
            page = compared(house, part, after=after, **wanted)
            for finding in page.findings:
                found.setdefault((finding.kind, finding.object_id), finding)
            after = page.next
            if after is None:
                break
    return list(found.values())


def kinds(findings: list[Finding]) -> set[str]:
    return {str(finding.kind) for finding in findings}


def figures(house: House) -> Reconciliation:
    answer: Reconciliation = house.ask(GetReconciliation()).reply  # type: ignore[arg-type]
    return answer


def state(house: House) -> dict[str, Any]:
    """All that a look could change."""
    tables = ("payment", "refund", "provider_action", "ledger", "webhook", "job", "outbox", "audit", "finding")
    return {table: house.sql(f"SELECT * FROM {table}") for table in (*tables, "reconciliation")}


def deaf(house: House) -> None:
    """From here on no notice arrives."""
    house.stripe.drop_events(times=None)


def lost_authorisation(house: House) -> str:
    booking_id = house.book()
    session_id = house.open(booking_id).session_id
    deaf(house)
    house.stripe.pay(session_id)
    return booking_id


def lost_refund_by_hand(house: House) -> str:
    booking_id = house.captured()
    deaf(house)
    client(house).v1.refunds.create({"payment_intent": house.payment(booking_id)["intent_id"], "amount": 4000})
    return booking_id


def lost_dispute(house: House) -> str:
    booking_id = house.captured()
    deaf(house)
    house.stripe.dispute(house.stripe.journal(house.payment(booking_id)["intent_id"])[0]["charge"])
    return booking_id


def lapsed_hold(house: House) -> str:
    booking_id = house.authorised()
    deaf(house)
    house.stripe.advance(8 * 24 * 3600)
    return booking_id


def forgotten_void(house: House) -> str:
    """Declined, and the job that lets the hold go is lost."""
    booking_id = house.authorised()
    house.decline(booking_id)
    house.sql("DELETE FROM job")
    return booking_id


def forgotten_capture(house: House) -> str:
    booking_id = house.authorised()
    house.approve(booking_id)
    house.sql("DELETE FROM job")
    return booking_id


def forgotten_refund(house: House) -> str:
    booking_id = house.captured()
    house.cancel(booking_id, fee=5000)
    house.sql("DELETE FROM job")
    return booking_id


def missing_row(house: House) -> str:
    booking_id = house.captured()
    house.sql("DELETE FROM ledger WHERE kind = 'capture'")
    return booking_id


def hours_pass(house: House) -> None:
    """What is due within the hour is due now."""
    house.sql("UPDATE payment SET compare_at = compare_at - interval '61 minutes'")
    compare_due(conversation(house))
