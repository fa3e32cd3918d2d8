"""A member of a hotel's staff: the caller's identity, and the choice of the booking or room of the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingRow
from contracts.rooms.events import RoomStatus
from contracts.rooms.hotels import ListHotels
from contracts.rooms.rooms import ListRooms, RoomList, RoomView
from contracts.values import Caller, Context, HotelCard
from gateway.identity.roles import Role, permissions_of
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import Client, weighted

Option = TypeVar("Option")

PAUSES = {1.0: 4, 5.0: 4, 20.0: 3, 60.0: 1}  # seconds, with their weights
SHORT_PAUSES = {0.1: 4, 1.0: 4, 20.0: 1}


def staff_context(hotel: str, role: Role, *, staff_id: str, superuser: bool = False) -> Context:
    """The context of a member of staff whom the gateway has signed in."""
    caller = Caller(
        kind="staff",
        staff_id=staff_id,
        name=f"Staff {staff_id}",
        hotel=hotel,
        permissions=permissions_of(role, superuser=superuser),
    )
    return Context(caller=caller)


def today_at(world: ActorWorld, hotel: HotelCard) -> date:
    """The hotel's date."""
    return world.now().astimezone(ZoneInfo(hotel.timezone)).date()


@dataclass
class Colleague:
    """A member of staff with their own client."""

    client: Client
    hotel: HotelCard

    @property
    def world(self) -> ActorWorld:
        """The world."""
        return self.client.world

    @property
    def today(self) -> date:
        """The hotel's date."""
        return today_at(self.world, self.hotel)

    def about(self, booking: BookingRow) -> dict[str, Any]:
        """The fields that every command about a booking has."""
        return {"hotel": self.hotel.slug, "booking_id": booking.booking_id}

    def chance(self, name: str, probability: float) -> bool:
        """Whether the colleague does so this time."""
        return self.world.choices.chance(name, probability)

    def pick(self, name: str, options: Sequence[Option]) -> Option:
        """One of the options."""
        return self.world.choices.pick(name, options)

    def a_booking(self, *statuses: BookingStatus, **filters: Any) -> BookingRow | None:
        """One of the hotel's bookings with these statuses."""
        query = ListBookings(hotel=self.hotel.slug, status=tuple(map(str, statuses)), **filters)
        return self.client.one_of("booking", query, lambda bookings: bookings.results)

    def a_room(self, *statuses: RoomStatus) -> RoomView | None:
        """One of the hotel's rooms with these statuses; of all rooms without a status."""

        def fitting(rooms: RoomList) -> list[RoomView]:
            return [room for room in rooms.results if not statuses or room.room_status in statuses]

        return self.client.one_of("room", ListRooms(hotel=self.hotel.slug), fitting)


Duty = Callable[[Colleague], None]
Step = Callable[[Colleague, BookingRow], None]


def hotels_of(client: Client) -> list[HotelCard]:
    """The platform's hotels, in order of their slugs."""
    cards = client.rows(ListHotels(), lambda directory: [page.card for page in directory.hotels])
    return sorted(cards, key=lambda card: card.slug)


def work(
    world: ActorWorld,
    name: str,
    role: Role,
    duties: Mapping[Duty, int],
    *,
    superuser: bool = False,
    at: int = 0,
    pauses: Mapping[float, int] = PAUSES,
) -> None:
    """Work through the duties, again and again, in the hotel number `at` of the directory."""
    client = Client(world, name, Context())
    while not (hotels := hotels_of(client)):
        world.sleep(30)
    hotel = hotels[at % len(hotels)]
    context = staff_context(hotel.slug, role, staff_id=str(10 * at + list(Role).index(role) + 1), superuser=superuser)
    colleague = Colleague(client.acting_as(context), hotel)
    while True:
        world.sleep(weighted(world, "pause", pauses))
        weighted(world, "duty", duties)(colleague)
