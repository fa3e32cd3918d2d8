"""A migrated database of the gateway, and the accounts in it."""

from collections.abc import Callable, Iterator

import pytest

from chassis.transactions.migrate import migrate
from tests.interface.gateway.desk import Desk


@pytest.fixture
def url(new_database: Callable[[str], str], running_url: Callable[[str], str]) -> str:
    """The URL of the running role, which is the role of the gateway and of the command line."""
    made = new_database("gateway")
    migrate("gateway", made)
    return running_url(made)


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    made = Desk(url)
    yield made
    made.close()
