"""Misuse that the product refuses: commands at the wrong time, access from another hotel, invalid requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import BookingCommand, CancelBooking, CreateBooking, SubmitBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MarkNoShow, MoveRoom, UnassignRoom
from contracts.bookings.views import GuestDetails
from contracts.payments.webhooks import StoreWebhook
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.events import RoomStatus
from contracts.rooms.quotes import GiveQuote, StayAsk
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Context
from gateway.identity.roles import Role
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import Client
from tests.simulation.actors.colleague import Colleague, hotels_of, staff_context, today_at

BOOKING_COMMANDS: Mapping[type[BookingCommand], dict[str, Any]] = {
    ApproveBooking: {},
    DeclineBooking: {},
    ConfirmBooking: {},
    CancelBooking: {"reason": "Because."},
    SubmitBooking: {},
    AssignRoom: {"room_number": "101"},
    UnassignRoom: {},
    CheckIn: {},
    CheckOut: {},
    MoveRoom: {"to_room_number": "102"},
    ExtendBooking: {"add_nights": 1},
    MarkNoShow: {"reason": "Because."},
    AmendBooking: {"internal_notes": "Because."},
}


def command_at_any_status(colleague: Colleague) -> None:
    """Send any command about any booking, whatever its status."""
    booking = colleague.a_booking()
    if booking:
        kind = colleague.pick("command", tuple(BOOKING_COMMANDS))
        colleague.client.command(kind(**colleague.about(booking), **BOOKING_COMMANDS[kind]))


def access_other_hotel(colleague: Colleague) -> None:
    """A manager of another hotel knows a booking's id, and sends commands and queries about it."""
    booking = colleague.a_booking()
    others = [each for each in hotels_of(colleague.client) if each.slug != colleague.hotel.slug]
    if booking is None or not others:
        return
    other = colleague.pick("other hotel", others)
    stranger = colleague.client.acting_as(staff_context(other.slug, Role.MANAGER, staff_id="66"))
    hotel = colleague.pick("named hotel", (colleague.hotel.slug, other.slug))
    about: dict[str, Any] = {"hotel": hotel, "booking_id": booking.booking_id}
    kind = colleague.pick("command", tuple(BOOKING_COMMANDS))
    stranger.command(kind(**about, **BOOKING_COMMANDS[kind]))
    stranger.read(GetBooking(**about))
    stranger.read(GetTimeline(**about))
    room: dict[str, Any] = {"hotel": colleague.hotel.slug, "room_number": "101"}
    stranger.command(BlockRoom(**room, until=colleague.today + timedelta(days=1)))
    stranger.command(ChangeRoomStatus(**room, to_status=RoomStatus.OUT_OF_ORDER))


def invalid_requests(world: ActorWorld, name: str) -> None:
    """A caller without a booking sends invalid requests: past dates, unknown types and codes, forged webhooks."""
    client = Client(world, name, Context())
    while True:
        world.sleep(world.choices.pick("pause", (60.0, 300.0)))
        for hotel in hotels_of(client)[:1]:
            today = today_at(world, hotel)
            stay = world.choices.pick("invalid request", _invalid_stays(hotel.slug, today))
            _try_to_book(client, stay)
            client.command(StoreWebhook(body="{}", signature="t=1,v1=forged"))


def _invalid_stays(hotel: str, today: date) -> tuple[StayAsk, ...]:
    """Variants of a stay of tonight, each with one invalid field."""
    night = timedelta(days=1)
    tonight = StayAsk(hotel=hotel, room_type="SGL", check_in=today, check_out=today + night, adults=1, children=0)
    return (
        replace(tonight, check_in=today - 3 * night, check_out=today - night),
        replace(tonight, check_out=today),
        replace(tonight, check_in=today + 900 * night, check_out=today + 901 * night),
        replace(tonight, check_out=today + 500 * night),
        replace(tonight, adults=0),
        replace(tonight, room_type="NONE"),
        replace(tonight, promo_code="FREE"),
        replace(tonight, hotel="no-hotel"),
    )


def _try_to_book(client: Client, stay: StayAsk) -> None:
    """Book and quote the stay, and check its availability."""
    fields = vars(stay)
    guest = GuestDetails(first_name="No", last_name="Body", email=f"{client.name}@example.com")
    client.command(CreateBooking(**fields, guest=guest))
    client.command(GiveQuote(**fields))
    client.read(
        CheckAvailability(
            hotel=stay.hotel,
            check_in=stay.check_in,
            check_out=stay.check_out,
            adults=stay.adults,
            children=stay.children,
        )
    )
