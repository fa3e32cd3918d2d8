"""Webhook events that cannot be applied: early ones are retried, the others are parked and replayed by an operator."""

from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.payments.webhooks import DismissWebhook, GetWebhook, ListWebhooks, ReplayWebhook, StoredWebhook
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.webhook_bodies import event, signed

UNKNOWN_INTENT = {"id": "pi_gone", "object": "payment_intent", "metadata": {}}
UNKNOWN_PAYMENT = {"id": "pi_x", "object": "payment_intent", "metadata": {"payment_id": "pay_x"}}
NOBODYS_REFUND = {"id": "re_x", "object": "refund", "payment_intent": None}


def store_event(
    service: PaymentsUnderTest, about: dict[str, Any], name: str = "evt_x", kind: str = "payment_intent.succeeded"
) -> str:
    body = event(id=name, data={"object": about}, type=kind)
    service.store_webhook(body, signed(body))
    return name


def make_older(service: PaymentsUnderTest, minutes: int = 6) -> None:
    """Make the stored webhook events so many minutes older, and all jobs due."""
    service.sql("UPDATE webhook SET received_at = received_at - make_interval(mins => :minutes)", minutes=minutes)
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")


def stored(service: PaymentsUnderTest, name: str = "evt_x") -> StoredWebhook:
    webhook: StoredWebhook = service.ask(GetWebhook(event_id=name)).reply
    return webhook


@pytest.mark.parametrize("about", [UNKNOWN_INTENT, UNKNOWN_PAYMENT], ids=["unknown intent", "unknown payment"])
def test_a_webhook_event_that_may_be_early_waits_and_is_then_parked(
    service: PaymentsUnderTest, about: dict[str, Any]
) -> None:
    store_event(service, about)

    service.run_jobs(rounds=7)
    early = stored(service).outcome
    make_older(service)
    service.run_jobs()

    assert early == "STORED"
    assert stored(service).outcome == "PARKED"
    assert about["id"] in stored(service).reason
    (job,) = service.sql("SELECT done_at, gave_up_at FROM job")
    assert job["gave_up_at"] is not None


def test_the_delay_of_an_early_webhook_event_grows(service: PaymentsUnderTest) -> None:
    store_event(service, UNKNOWN_PAYMENT)

    waits = []
    for _ in range(5):
        service.run_jobs(skip_delays=False)
        waits.append(service.sql("SELECT extract(epoch FROM try_at - now()) AS wait FROM job")[0]["wait"])
        service.sql("UPDATE job SET try_at = now()")

    assert waits[-1] > 4 * waits[0]


def test_a_webhook_event_about_no_object_of_ours_is_parked_at_once(service: PaymentsUnderTest) -> None:
    store_event(service, NOBODYS_REFUND, kind="refund.updated")

    service.run_jobs(rounds=1)

    assert (stored(service).outcome, stored(service).reason) == (
        "PARKED",
        "PermanentFailure: re_x belongs to nothing of our making",
    )


def test_a_parked_webhook_event_is_replayed_once_its_cause_is_gone(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.drop_events(times=None)
    service.stripe.pay(service.open(booking_id).session_id)
    intents = service.stripe.state.store.intents
    intent_id, intent = intents.popitem()
    store_event(service, {"id": intent_id, "object": "payment_intent", "metadata": {}})
    make_older(service)
    service.run_jobs()
    parked = stored(service).outcome
    intents[intent_id] = intent

    answers = [service.ask(ReplayWebhook(event_id="evt_x")).reply for _ in range(2)]
    service.run_jobs()

    assert (parked, [answer.outcome for answer in answers]) == ("PARKED", ["STORED", "STORED"])
    assert (stored(service).outcome, stored(service).payment_id) == ("APPLIED", service.payment(booking_id)["id"])
    assert service.status(booking_id) == "AUTHORIZED"
    assert service.sql("SELECT count(*) AS n FROM job WHERE kind = 'ApplyWebhook'") == [{"n": 2}]


def test_a_webhook_event_whose_replay_fails_is_parked_again_at_once(service: PaymentsUnderTest) -> None:
    store_event(service, UNKNOWN_PAYMENT)
    make_older(service)
    service.run_jobs()

    service.ask(ReplayWebhook(event_id="evt_x"))
    service.run_jobs(rounds=1)

    assert stored(service).outcome == "PARKED"


def test_only_a_parked_webhook_event_is_replayed_or_dismissed(service: PaymentsUnderTest) -> None:
    store_event(service, NOBODYS_REFUND, kind="customer.created")

    for command in (ReplayWebhook(event_id="evt_x"), DismissWebhook(event_id="evt_x")):
        with pytest.raises(Refusal, match="NOT_PARKED"):
            service.ask(command)
    with pytest.raises(Refusal, match="NOT_FOUND"):
        service.ask(ReplayWebhook(event_id="evt_nowhere"))


def test_a_dismissed_webhook_event_is_ignored_and_keeps_its_reason(service: PaymentsUnderTest) -> None:
    store_event(service, NOBODYS_REFUND, kind="refund.updated")
    service.run_jobs(rounds=1)

    service.ask(DismissWebhook(event_id="evt_x"))

    assert (stored(service).outcome, stored(service).reason[:16]) == ("IGNORED", "PermanentFailure")


def test_webhook_events_are_listed_page_by_page(service: PaymentsUnderTest) -> None:
    names = [store_event(service, NOBODYS_REFUND, f"evt_{n}", "refund.updated") for n in range(5)]
    service.run_jobs(rounds=1)

    listed, after = [], None
    while True:
        page = service.ask(ListWebhooks(after=after, limit=2)).reply
        listed += [each.event_id for each in page.webhooks]
        after = page.next
        if after is None:
            break

    assert listed == names
    assert service.ask(ListWebhooks(outcomes=("APPLIED",))).reply.webhooks == ()


@pytest.mark.parametrize(("ending", "booked"), [("won", [("dispute_won", 15000)]), ("lost", [])])
def test_the_end_of_a_dispute_is_booked(service: PaymentsUnderTest, ending: str, booked: list[tuple[str, int]]) -> None:
    booking_id = service.captured()
    charge = service.stripe.journal(service.payment(booking_id)["intent_id"])[0]["charge"]
    dispute = service.stripe.dispute(charge)
    service.run_until_idle()

    service.stripe.close_dispute(dispute["id"], ending)
    service.run_until_idle()

    assert service.ledger(booking_id)[3:] == booked
    assert service.ledger(booking_id) == service.journal(booking_id)
