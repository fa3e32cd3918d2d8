"""A rooms database for the session, emptied for each test, with a fresh hotel in it."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis.transactions.migrate import migrate
from tests.interface.rooms.house import House


@pytest.fixture(scope="session")
def rooms_url(new_database: Callable[[str], str]) -> str:
    url = new_database("rooms")
    migrate("rooms", url)
    return url


@pytest.fixture
def house(rooms_url: str) -> Iterator[House]:
    """The service, with a hotel of two doubles and a suite."""
    house = House(rooms_url)
    with house.engine.begin() as connection:
        connection.execute(
            sa.text("TRUNCATE hotel, hold, action, quote, outbox, stream, inbox, inbox_position, audit CASCADE")
        )
    house.import_hotel()
    yield house
    assert (house.miscounted(), house.forgotten()) == ([], [])
    house.engine.dispose()


@pytest.fixture
def fitting(house: House) -> Iterator[None]:
    """Whatever the test does, capacity stays what the rooms and their blocks say."""
    yield
    assert house.misfitted() == []
