"""A migrated database of the gateway, and the accounts in it."""

from collections.abc import Callable, Iterator

import pytest

from chassis.transactions.migrate import migrate
from tests.interface.gateway.desk import Desk


@pytest.fixture
def owner_url(new_database: Callable[[str], str]) -> str:
    """The URL of the role that owns the tables."""
    made = new_database("gateway")
    migrate("gateway", made)
    return made


@pytest.fixture
def url(owner_url: str, running_url: Callable[[str], str]) -> str:
    """The URL of the running role, which is the role of the gateway and of the command line."""
    return running_url(owner_url)


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    made = Desk(url)
    yield made
    made.close()
