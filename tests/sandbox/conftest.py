"""The stack with small programs, and the stand-ins of Pusher and Stripe with their own libraries."""

from collections.abc import Iterator

import pusher
import pytest

from sandbox.pusher.stand_in import PusherStandIn
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from sandbox.stripe.fixture import StripeFixture
from tests.sandbox.pusher_client import library_of
from tests.sandbox.small_system import SYSTEM, Servers


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with temporary_run() as run, Stack.start(run, env={"EXTRA": "told"}, commands=SYSTEM) as started:
        yield started


@pytest.fixture
def servers(postgres: PostgresNode, rabbit: RabbitNode) -> Servers:
    """The session's servers, for a stack whose own servers do not matter."""
    return Servers(postgres, rabbit)


@pytest.fixture
def stand_in() -> Iterator[PusherStandIn]:
    with PusherStandIn.start() as running:
        yield running


@pytest.fixture
def library(stand_in: PusherStandIn) -> pusher.Pusher:
    return library_of(stand_in)


@pytest.fixture(scope="module")
def running_stripe() -> Iterator[StripeFixture]:
    with StripeFixture.open() as fixture:
        yield fixture


@pytest.fixture
def fixture(running_stripe: StripeFixture) -> StripeFixture:
    """The Stripe stand-in without records, faults and webhooks."""
    return running_stripe.reset()
