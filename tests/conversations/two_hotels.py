"""Two hotels behind the gateway; the first has an object for every path parameter."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from chassis.codec import typed
from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.chat import SendChatMessage
from contracts.bookings.orders import PlaceOrder, WantedItem
from contracts.bookings.stays import CheckIn
from contracts.bookings.views import CreatedBooking
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from contracts.rooms.menu import AddMenuItem
from tests.conversations.actions import assigned, checked_out, confirmed, in_house
from tests.conversations.conftest import HOTEL, HOTELS, STAFF, PlatformFixture, guest, new_fixture
from tests.conversations.http_gateway import PlatformBus
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.fakes import Gateway

NEXT_DOOR = "hotel-kilkenny"


class TwoHotels:
    """Two hotels, the guests of the first, and all known path and body values."""

    def __init__(self, fixture: PlatformFixture, gateway: Gateway) -> None:
        self.fixture, self.gateway = fixture, gateway
        first = fixture.today()
        ask = fixture.platform.ask
        next_door = json.loads((HOTELS / f"{NEXT_DOOR}.json").read_text())
        ask(ImportHotel(definition=typed(next_door, HotelDefinition)))
        unpaid, paid, ended = fixture.book(), self._paid(2), self._paid(4)
        ask(CancelBooking(hotel=HOTEL, booking_id=ended.booking.id), guest(ended))
        draft = fixture.book(draft=True)
        waiting, living = confirmed(fixture, room_type="DBL"), self.in_house("201")
        gone = checked_out(fixture, in_house(fixture, "202", room_type="DBL")).id
        assigned(fixture, confirmed(fixture, room_type="DBL").id, "203")
        item = ask(AddMenuItem(hotel=HOTEL, name="Soup", price="6.50"), STAFF)
        order = ask(
            PlaceOrder(hotel=HOTEL, booking_id=living.booking.id, items=(WantedItem(item_id=item.id, quantity=1),)),
            guest(living),
        )
        ask(SendChatMessage(hotel=HOTEL, booking_id=living.booking.id, text="A towel, please."), guest(living))
        day = first + timedelta(days=20)
        ask(BlockRoom(hotel=HOTEL, room_number="108", starts_on=day, until=day + timedelta(days=2)), STAFF)
        fixture.settle()
        self.guests = [unpaid, paid, ended, draft, living]
        numbers = [*(made.booking.id for made in self.guests), waiting.id, gone, "BK-2020-NOBODY"]
        days = [str(first + timedelta(days=n)) for n in (-1, 0, 1, 3, 30, 800)]
        rooms = ["101", "108", "201", "202", "203", "304", "999"]
        types = ["SGL", "DBL", "Single Room", "STE", "NONE"]
        self.known: dict[str, list[Any]] = {
            "slug": [HOTEL, HOTEL, HOTEL, NEXT_DOOR, "atlantis"],
            "booking_id": numbers, "exclude_booking": numbers,
            "room_number": rooms, "to_room_number": rooms, "room_ids": [[room] for room in rooms],
            "room_type": types, "room_type_code": types, "code": ["FLEX", "SUMMER", *types],
            "item_id": [str(item.id), "999", "x"], "order_id": [str(order.id), "x"],
            "block_id": ["1", "2", "999", "x"], "task_id": ["1", "2", "999", "x"],
            **dict.fromkeys(("check_in", "check_out", "start_date", "end_date", "starts_on", "until"), days),
            **dict.fromkeys(("new_checkout_date",), days),
            "items": [[{"item_id": item.id, "quantity": 1}]],
            "to_status": ["CHECKOUT_DIRTY", "READY_FOR_GUEST", "OUT_OF_ORDER"],
        }  # fmt: skip

    def _paid(self, days: int) -> CreatedBooking:
        first = self.fixture.today() + timedelta(days=days)
        created = self.fixture.book(check_in=first, check_out=first + timedelta(days=1))
        self.fixture.pay(created)
        return created

    def in_house(self, number: str) -> CreatedBooking:
        """A guest in house in this double room."""
        created = self.fixture.book(room_type="DBL")
        about = {"hotel": HOTEL, "booking_id": created.booking.id}
        self.fixture.platform.ask(ConfirmBooking(**about), STAFF)
        assigned(self.fixture, created.booking.id, number)
        self.fixture.platform.ask(CheckIn(**about), STAFF)
        return created


@contextmanager
def new_two_hotels(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[TwoHotels]:
    """Two hotels on a new platform, until the block ends."""
    with new_fixture(template_databases, copied_database) as fixture:
        gateway = Gateway(bus=PlatformBus(fixture.platform), capture_seconds=0.01)
        yield TwoHotels(fixture, gateway)
        gateway.close()
