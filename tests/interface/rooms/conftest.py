"""Fixtures: a rooms database for the session, emptied for each test, with a new hotel."""

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
    """The service, with a hotel of two doubles and a suite, whose import is the first `AvailabilityChanged`."""
    service = RoomsUnderTest(rooms_url)
    with service.engine.begin() as connection:
        connection.execute(
            sa.text("TRUNCATE hotel, hold, action, quote, outbox, stream, inbox, inbox_position, audit, remark CASCADE")
        )
    service.import_hotel()
    yield service
    assert (service.nights_with_wrong_sold(), service.rooms_with_wrong_tasks()) == ([], [])
    assert service.words_in_audit() == []


@pytest.fixture
def consistent_capacity(service: RoomsUnderTest) -> Iterator[None]:
    """After the test the capacity equals the active rooms without a block."""
    yield
    assert service.nights_with_wrong_capacity() == []
