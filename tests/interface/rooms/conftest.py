"""A rooms database for the session, emptied for each test, with a fresh hotel in it."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis.transactions.migrate import migrate
from tests.interface.rooms.rooms_under_test import RoomsUnderTest


@pytest.fixture(scope="session")
def rooms_url(new_database: Callable[[str], str]) -> str:
    url = new_database("rooms")
    migrate("rooms", url)
    return url


@pytest.fixture
def service(rooms_url: str) -> Iterator[RoomsUnderTest]:
    """The service, with a hotel of two doubles and a suite."""
    service = RoomsUnderTest(rooms_url)
    with service.engine.begin() as connection:
        connection.execute(
            sa.text("TRUNCATE hotel, hold, action, quote, outbox, stream, inbox, inbox_position, audit CASCADE")
        )
    service.import_hotel()
    yield service
    assert (service.miscounted(), service.forgotten()) == ([], [])
    service.engine.dispose()


@pytest.fixture
def fitting(service: RoomsUnderTest) -> Iterator[None]:
    """Whatever the test does, capacity stays what the rooms and their blocks say."""
    yield
    assert service.misfitted() == []
