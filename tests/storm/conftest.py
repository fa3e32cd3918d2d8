"""The environments of all storms in a session."""

from collections.abc import Callable, Iterator

import pytest

from tests.storm.hotel_environment import Hotel
from tests.storm.payment_environment import PaymentEnvironment
from tests.storm.starting_states import StartingStates


@pytest.fixture(scope="session")
def shared_environment(new_database: Callable[[str], str]) -> Iterator[PaymentEnvironment]:
    made = PaymentEnvironment(new_database)
    yield made
    made.close()


@pytest.fixture
def environment(shared_environment: PaymentEnvironment) -> PaymentEnvironment:
    """The reset environment."""
    shared_environment.reset()
    return shared_environment


@pytest.fixture(scope="session")
def hotel(new_database: Callable[[str], str]) -> Iterator[Hotel]:
    """The hotel's environment; every run resets it."""
    made = Hotel(new_database)
    yield made
    made.close()


@pytest.fixture
def starting_states(environment: PaymentEnvironment) -> StartingStates:
    """Starting states of this test only: another test may patch the code that creates them."""
    return StartingStates(environment)
