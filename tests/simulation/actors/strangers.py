"""Strangers: staff of another hotel, guests of other bookings, commands at the wrong time; every one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
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
from contracts.rooms.quotes import GiveQuote
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Context
from gateway.identity.roles import Role
from tests.simulation.actors.client import Client
from tests.simulation.actors.colleague import Colleague, hotels_of, staff_context, today_at
from tests.simulation.actors.stage import Stage

COMMANDS: Mapping[type[BookingCommand], dict[str, Any]] = {
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


def any_command(colleague: Colleague) -> None:
    """Send any command about any booking, whatever its status."""
    booking = colleague.a_booking()
    if booking:
        kind = colleague.world.choices.pick("command", tuple(COMMANDS))
        colleague.client.command(kind(**colleague.about(booking), **COMMANDS[kind]))


def from_another_hotel(colleague: Colleague) -> None:
    """A manager of another hotel finds out a booking's id, and tries commands and queries on it."""
    booking = colleague.a_booking()
    others = [each for each in hotels_of(colleague.client) if each.slug != colleague.hotel.slug]
    if booking is None or not others:
        return
    other = colleague.world.choices.pick("other hotel", others)
    stranger = colleague.client.acting_as(staff_context(other.slug, Role.MANAGER, staff_id="66"))
    hotel = colleague.world.choices.pick("named hotel", (colleague.hotel.slug, other.slug))
    about: dict[str, Any] = {"hotel": hotel, "booking_id": booking.booking_id}
    kind = colleague.world.choices.pick("command", tuple(COMMANDS))
    stranger.command(kind(**about, **COMMANDS[kind]))
    stranger.read(GetBooking(**about))
    stranger.read(GetTimeline(**about))
    room: dict[str, Any] = {"hotel": colleague.hotel.slug, "room_number": "101"}
    stranger.command(BlockRoom(**room, until=colleague.today + timedelta(days=1)))
    stranger.command(ChangeRoomStatus(**room, to_status=RoomStatus.OUT_OF_ORDER))


def nonsense(world: Stage, name: str) -> None:
    """Somebody without a booking sends what cannot be: dates of the past, unknown types and codes, forged notices."""
    client = Client(world, name, Context())
    while True:
        world.sleep(world.choices.pick("pause", (60.0, 300.0)))
        for hotel in hotels_of(client)[:1]:
            today = today_at(world, hotel)
            stay = {"check_in": today, "check_out": today + timedelta(days=1), "adults": 1, "children": 0}
            wrong = world.choices.pick(
                "nonsense",
                (
                    {"check_in": today - timedelta(days=3), "check_out": today - timedelta(days=1)},
                    {"check_out": today},
                    {"check_in": today + timedelta(days=900), "check_out": today + timedelta(days=901)},
                    {"check_out": today + timedelta(days=500)},
                    {"adults": 0},
                    {"room_type": "NONE"},
                    {"promo_code": "FREE"},
                    {"hotel": "no-hotel"},
                ),
            )
            fields: dict[str, Any] = {"hotel": hotel.slug, "room_type": "SGL", **stay, **wrong}
            guest = GuestDetails(first_name="No", last_name="Body", email=f"{name}@example.com")
            client.command(CreateBooking(**fields, guest=guest))
            client.command(GiveQuote(**fields))
            client.read(CheckAvailability(**{key: fields[key] for key in fields.keys() & {"hotel", *stay}}))
            client.command(StoreWebhook(body="{}", signature="t=1,v1=forged"))
