"""One place for all storms of a session."""

from collections.abc import Callable, Iterator

import pytest

from tests.storm.beginnings import Beginnings
from tests.storm.hotel import Hotel
from tests.storm.place import Place


@pytest.fixture(scope="session")
def whole_place(new_database: Callable[[str], str]) -> Iterator[Place]:
    made = Place(new_database)
    yield made
    made.close()


@pytest.fixture
def place(whole_place: Place) -> Place:
    """The place as it was at first."""
    whole_place.fresh()
    return whole_place


@pytest.fixture(scope="session")
def hotel(new_database: Callable[[str], str]) -> Iterator[Hotel]:
    """A hotel; every story begins by making it as it was at first."""
    made = Hotel(new_database)
    yield made
    made.close()


@pytest.fixture
def beginnings(place: Place) -> Beginnings:
    """Of this test alone: another may have broken what they were made with."""
    return Beginnings(place)
