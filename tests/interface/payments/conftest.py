"""A house for each test, on one database and one stand-in for the session's tests of payments."""

from collections.abc import Callable, Iterator

import pytest

from chassis.transactions.migrate import migrate
from sandbox.stripe.server import StripeStandIn
from sandbox.stripe.webhook_receiver import WebhookReceiver
from services.payments.stripe_gateway import StripeCards
from tests.interface.payments.house import House

KEY = "sk_test_house"
SECRET = "whsec_house"


@pytest.fixture(scope="session")
def payments_url(new_database: Callable[[str], str]) -> str:
    url = new_database("payments")
    migrate("payments", url)
    return url


@pytest.fixture(scope="session")
def outside() -> Iterator[tuple[StripeStandIn, WebhookReceiver]]:
    with (
        WebhookReceiver.open(secret=SECRET) as inbox,
        StripeStandIn.start(webhook_url=inbox.url, webhook_secret=SECRET, api_key=KEY) as stripe,
    ):
        yield stripe, inbox


@pytest.fixture
def cards(outside: tuple[StripeStandIn, WebhookReceiver]) -> StripeCards:
    return StripeCards(KEY, url=outside[0].url, secrets=("whsec_retired", SECRET))


@pytest.fixture
def house(payments_url: str, outside: tuple[StripeStandIn, WebhookReceiver], cards: StripeCards) -> Iterator[House]:
    stripe, inbox = outside
    stripe.reset()
    inbox.clear()
    made = House(url=payments_url, stripe=stripe, inbox=inbox, cards=cards)
    tables = (
        "payment, refund, provider_action, ledger, standing, webhook, job, outbox, stream, inbox, inbox_position, audit"
    )
    tables += ", finding, reconciliation"
    made.sql(f"TRUNCATE {tables}, idempotency RESTART IDENTITY CASCADE")
    made.sql("UPDATE clock SET ahead_seconds = 0")
    yield made
    assert stripe.violations() == []
    made.engine.dispose()
