"""Stripe's own `stripe trigger` makes events at the stand-in; each is delivered, answered, stored and dealt with."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.transactions.migrate import migrate
from sandbox.stripe.server import StripeStandIn
from sandbox.stripe.webhook_receiver import WebhookReceiver
from services.payments.domain.webhook import APPLIED_TYPES
from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.payments_under_test import PaymentsUnderTest

KEY, SECRET = "sk_test_outside_1234", "whsec_outside"
EVENTS = (
    "charge.captured",
    "charge.dispute.created",
    "charge.failed",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
)


@pytest.fixture(scope="module")
def service(new_database: Callable[[str], str]) -> Iterator[PaymentsUnderTest]:
    url = new_database("payments_outside")
    migrate("payments", url)
    with (
        WebhookReceiver.open(secret=SECRET) as inbox,
        StripeStandIn.start(webhook_url=inbox.url, webhook_secret=SECRET, api_key=KEY) as stripe,
    ):
        made = PaymentsUnderTest(
            url=url, stripe=stripe, inbox=inbox, cards=StripeCards(KEY, url=stripe.url, secrets=(SECRET,))
        )
        yield made
        made.engine.dispose()


@pytest.mark.parametrize("event", EVENTS)
def test_each_triggered_webhook_event_is_stored_and_processed(
    service: PaymentsUnderTest, stripe_program: Path, tmp_path: Path, event: str
) -> None:
    ours = {"STRIPE_API_KEY": KEY, "STRIPE_CLI_TELEMETRY_OPTOUT": "1", "XDG_CONFIG_HOME": str(tmp_path)}
    before = len(service.inbox.deliveries)

    run = subprocess.run(
        [stripe_program, "trigger", event, "--api-base", service.stripe.url],
        env={**os.environ, **ours}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    answers = service.deliver_webhooks()
    service.run_jobs(skip_delays=False)

    assert run.returncode == 0, run.stdout + run.stderr
    kinds = [sent.type for sent in service.inbox.events()[before:]]
    assert event in kinds
    assert not any(answer.already_processed for answer in answers)
    fates = {row["type"]: row["outcome"] for row in service.sql("SELECT type, outcome FROM webhook")}
    for kind in kinds:
        assert fates[kind] == ("PARKED" if kind in APPLIED_TYPES else "IGNORED"), kind
    assert service.sql("SELECT id FROM payment") == []
