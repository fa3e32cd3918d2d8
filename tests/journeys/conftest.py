"""The whole system, started once for all journeys: services, gateway, relay, broker, database and stand-ins."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.rooms.hotel_import import HotelDefinition, RoomTypeDefinition
from hotelmate.config import ask_client
from hotelmate.hotels import import_property, read_property
from sandbox.demo.addresses import Addresses
from sandbox.demo.booking_steps import DemoBooking, book
from sandbox.demo.context import DemoContext
from sandbox.demo.payment_steps import pay
from sandbox.demo.search_steps import search_availability, stay_params
from sandbox.demo.seed import HOTELS
from sandbox.demo.transcript import SilentTranscript
from sandbox.stack.run_directory import temporary_run
from sandbox.stack.stack import Stack
from tests.journeys.faulty_stay import FaultyStay, completed_faulty_stay

HOTEL = "hotel-killarney"


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with temporary_run() as run, Stack.start(run, env={"LOG_LEVEL": "DEBUG"}) as started:
        yield started


@pytest.fixture(scope="package")
def addresses(stack: Stack) -> Addresses:
    addresses = Addresses.of(stack.stack_json)
    with ask_client(addresses) as asker:
        import_property(asker, with_more_rooms(read_property(HOTELS / f"{HOTEL}.json")))
    return addresses


def with_more_rooms(definition: HotelDefinition) -> HotelDefinition:
    """The hotel with a new wing of doubles: all journeys stay there tonight."""
    wing = tuple(str(number) for number in range(501, 541))
    types = (replace(each, rooms=each.rooms + wing * (each.code == "DBL")) for each in definition.room_types)
    return replace(definition, room_types=tuple(types))


@pytest.fixture(scope="package")
def demo(addresses: Addresses) -> Iterator[DemoContext]:
    demo = DemoContext(addresses, HOTEL, SilentTranscript())
    yield demo
    demo.close()


@pytest.fixture
def today(demo: DemoContext) -> date:
    return demo.today()


@pytest.fixture
def paid(demo: DemoContext, today: date) -> Callable[[], DemoBooking]:
    """Makes a booking that waits for approval."""

    def make() -> DemoBooking:
        room_type = search_availability(demo, check_in=today, nights=1)["room_type_code"]
        booked = book(demo, stay_params(room_type, check_in=today))
        pay(booked)
        return booked

    return make


@pytest.fixture(scope="package")
def faulty_stay(stack: Stack, demo: DemoContext) -> FaultyStay:
    """A stay during which the push provider, the mail server and the notifier failed, with everything sent since."""
    return completed_faulty_stay(stack, demo, demo.today())


@pytest.fixture(scope="package")
def one_room_hotel(addresses: Addresses) -> DemoContext:
    """A hotel with one room."""
    room = RoomTypeDefinition(code="ONE", name="The Room", max_occupancy=2, base_price="50.00", rooms=("1",))
    definition = HotelDefinition(
        slug="the-inn", name="The Inn", code="INN", timezone="UTC", currency="EUR", room_types=(room,)
    )
    with ask_client(addresses) as asker:
        import_property(asker, definition)
    return DemoContext(addresses, definition.slug, SilentTranscript())


@pytest.fixture
def command_line(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `hotelmate …` against the running system; returns exit code and output."""
    from hotelmate.main import app

    for name, value in stack.environment.items():
        if name.endswith("_URL") or name == "MESSAGE_KEYS":
            monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            app(arguments)
        output = capsys.readouterr()
        return int(left.value.code or 0), output.out + output.err

    return run
