"""A migrated database of the gateway, and the accounts in it."""

from collections.abc import Callable, Iterator

import pytest

from chassis.transactions.migrate import migrate
from tests.interface.gateway.desk import Desk


@pytest.fixture
def url(new_database: Callable[[str], str]) -> str:
    made = new_database("gateway")
    migrate("gateway", made)
    return made


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    made = Desk(url)
    yield made
    made.close()
