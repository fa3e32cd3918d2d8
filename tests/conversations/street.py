"""A hotel in which everything exists that a path can name, another beside it, and the gateway in front of both."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from chassis.codec import typed
from contracts.bookings import (
    CancelBooking,
    CheckIn,
    ConfirmBooking,
    CreatedBooking,
    PlaceOrder,
    SendChatMessage,
    WantedItem,
)
from contracts.rooms import AddMenuItem, BlockRoom, HotelDefinition, ImportHotel
from tests.conversations.conftest import HOTEL, HOTELS, STAFF, Scene, a_scene, guest
from tests.conversations.front_desk import assigned, checked_out, confirmed, living_in
from tests.conversations.over_http import TownBus
from tests.unit.gateway.fakes import Gateway

NEXT_DOOR = "hotel-kilkenny"


class Street:
    """Two hotels, the guests of the first, and the names of all that is there."""

    def __init__(self, scene: Scene, gateway: Gateway) -> None:
        self.scene, self.gateway = scene, gateway
        first = scene.today()
        ask = scene.town.ask
        next_door = json.loads((HOTELS / f"{NEXT_DOOR}.json").read_text())
        ask(ImportHotel(definition=typed(next_door, HotelDefinition)))
        unpaid, paid, ended = scene.book(), self._paid(2), self._paid(4)
        ask(CancelBooking(hotel=HOTEL, booking_id=ended.booking.id), guest(ended))
        draft = scene.book(draft=True)
        waiting, living = confirmed(scene, room_type="DBL"), self._in_house("201")
        gone = checked_out(scene, living_in(scene, "202", room_type="DBL")).id
        assigned(scene, confirmed(scene, room_type="DBL").id, "203")
        item = ask(AddMenuItem(hotel=HOTEL, name="Soup", price="6.50"), STAFF)
        order = ask(
            PlaceOrder(hotel=HOTEL, booking_id=living.booking.id, items=(WantedItem(item_id=item.id, quantity=1),)),
            guest(living),
        )
        ask(SendChatMessage(hotel=HOTEL, booking_id=living.booking.id, text="A towel, please."), guest(living))
        day = first + timedelta(days=20)
        ask(BlockRoom(hotel=HOTEL, room_number="108", starts_on=day, until=day + timedelta(days=2)), STAFF)
        scene.settle()
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
            "items": [[{"item_id": str(item.id), "quantity": 1}]],
            "to_status": ["CHECKOUT_DIRTY", "READY_FOR_GUEST", "OUT_OF_ORDER"],
        }  # fmt: skip

    def _paid(self, days: int) -> CreatedBooking:
        first = self.scene.today() + timedelta(days=days)
        created = self.scene.book(check_in=first, check_out=first + timedelta(days=1))
        self.scene.pay(created)
        return created

    def _in_house(self, number: str) -> CreatedBooking:
        created = self.scene.book(room_type="DBL")
        about = {"hotel": HOTEL, "booking_id": created.booking.id}
        self.scene.town.ask(ConfirmBooking(**about), STAFF)
        assigned(self.scene, created.booking.id, number)
        self.scene.town.ask(CheckIn(**about), STAFF)
        return created


@contextmanager
def a_street(patterns: dict[str, str], copied_database: Callable[[str], str]) -> Iterator[Street]:
    """The street for as long as it is needed."""
    with a_scene(patterns, copied_database) as scene:
        gateway = Gateway(bus=TownBus(scene.town), capture_seconds=0.01)
        yield Street(scene, gateway)
        gateway.close()
