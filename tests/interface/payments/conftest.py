"""A payments service for each test, on one database and one Stripe stand-in for the session."""

from collections.abc import Callable, Iterator

import pytest

from chassis.transactions.migrate import migrate
from sandbox.stripe.server import StripeStandIn
from sandbox.stripe.webhook_receiver import WebhookReceiver
from services.payments.stripe_gateway.cards import StripeCards
from tests.fakes.emptied import empty
from tests.interface.payments.payments_under_test import PaymentsUnderTest

KEY = "sk_test_house"
SECRET = "whsec_house"
TABLES = (
    "payment", "payment_directory", "refund", "provider_action", "ledger", "desired_state", "webhook", "finding",
    "reconciliation", "provider_search", "job", "outbox", "stream", "inbox", "inbox_position", "audit", "remark",
    "idempotency",
)  # fmt: skip


@pytest.fixture(scope="session")
def payments_url(new_database: Callable[[str], str]) -> str:
    url = new_database("payments")
    migrate("payments", url)
    return url


@pytest.fixture(scope="session")
def stand_in() -> Iterator[tuple[StripeStandIn, WebhookReceiver]]:
    with (
        WebhookReceiver.open(secret=SECRET) as inbox,
        StripeStandIn.start(webhook_url=inbox.url, webhook_secret=SECRET, api_key=KEY) as stripe,
    ):
        yield stripe, inbox


@pytest.fixture
def cards(stand_in: tuple[StripeStandIn, WebhookReceiver]) -> StripeCards:
    return StripeCards(KEY, url=stand_in[0].url, secrets=("whsec_retired", SECRET))


@pytest.fixture
def service(
    payments_url: str, stand_in: tuple[StripeStandIn, WebhookReceiver], cards: StripeCards
) -> Iterator[PaymentsUnderTest]:
    stripe, inbox = stand_in
    stripe.reset()
    inbox.clear()
    under_test = PaymentsUnderTest(url=payments_url, stripe=stripe, inbox=inbox, cards=cards)
    empty(under_test.engine, *TABLES)
    under_test.sql("UPDATE clock SET ahead_seconds = 0")
    yield under_test
    assert stripe.violations() == []
