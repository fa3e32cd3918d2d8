"""Guests look for a room, book it, and reach their booking again by the link of a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from contracts.bookings.asks import CreateBooking
from contracts.bookings.guest_access import ExchangeCode
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import BookingDetail, CreatedBooking, GuestDetails
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.quotes import GiveQuote
from contracts.values import Caller, Context, HotelCard
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.colleague import hotels_of, today_at
from tests.simulation.actors.guest_profiles import PROMO_CODE, GuestProfile

CODE_IN_LINK = re.compile(r"[?&#]code=([A-Za-z0-9_-]+)")


def guest_context(token: str) -> Context:
    """The context of a booking's guest."""
    return Context(caller=Caller(kind="guest", guest_token=token))


@dataclass
class Trip:
    """A guest's booking, and the payment pages that the guest opened for it."""

    client: Client
    hotel: HotelCard
    booking_id: str
    profile: GuestProfile
    sessions: list[str] = field(default_factory=list)

    @property
    def world(self) -> ActorWorld:
        """The world."""
        return self.client.world

    @property
    def about(self) -> dict[str, Any]:
        """The fields that every command about the booking has."""
        return {"hotel": self.hotel.slug, "booking_id": self.booking_id}

    def look(self) -> BookingDetail | None:
        """The booking as its guest sees it; a guest whose token is void takes the link of the newest mail."""
        booking = self.client.read(GetBooking(**self.about))
        if booking is None and self.client.refused == "INVALID_TOKEN" and self.exchange_code():
            booking = self.client.read(GetBooking(**self.about))
        return booking

    def exchange_code(self) -> bool:
        """Exchange the code in the newest mail for the token. Returns whether there was one that still worked."""
        texts = (_text(mail) for mail in self.world.mailbox if f"{self.client.name}@" in str(mail["To"]))
        codes = [code for text in texts for code in CODE_IN_LINK.findall(text)]
        access = self.client.acting_as(Context()).command(ExchangeCode(code=codes[-1])) if codes else None
        if access is None or access.booking_id != self.booking_id or access.guest_token is None:
            return False
        self.client = self.client.acting_as(guest_context(access.guest_token))
        return True


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def book(client: Client, profile: GuestProfile) -> list[Trip]:
    """The trips that the guest has booked: usually one, seldom two at once."""
    world = client.world
    hotels = hotels_of(client)
    if not hotels:
        return []
    hotel = world.choices.pick("hotel", hotels, profile.hotels[: len(hotels)] or None)
    stay = _stay(world, hotel, profile)
    offers = client.rows(CheckAvailability(hotel=hotel.slug, **stay), lambda reply: reply.room_types)
    types = [each.room_type_code for each in offers if each.is_available]
    if not types:
        return []
    bookings = 2 if world.choices.chance("books two", 0.1) else 1
    created = [
        _booked(client, hotel, stay | {"room_type": world.choices.pick("room type", types)}) for _ in range(bookings)
    ]
    return [_trip(client, hotel, each, profile) for each in created if each]


def _stay(world: ActorWorld, hotel: HotelCard, profile: GuestProfile) -> dict[str, Any]:
    first = today_at(world, hotel) + timedelta(days=weighted(world, "days ahead", profile.ahead))
    return {
        "check_in": first,
        "check_out": first + timedelta(days=weighted(world, "nights", profile.nights)),
        "adults": weighted(world, "party", profile.parties),
        "children": 0,
    }


def _booked(client: Client, hotel: HotelCard, stay: dict[str, Any]) -> CreatedBooking | None:
    world = client.world
    quote = None
    if world.choices.chance("promo code", 0.05):
        stay = stay | {"promo_code": PROMO_CODE}
    if world.choices.chance("asks for a quote", 0.2):
        quote = client.command(GiveQuote(hotel=hotel.slug, **stay))
        world.sleep(weighted(world, "thinks", {10.0: 5, 1900.0: 1}))
    if world.choices.chance("hesitates", 0.1):
        world.sleep(60)
    person = GuestDetails(
        first_name="Ada", last_name=client.name, email=f"{client.name}@example.com", phone="+353 1 5550100"
    )
    return client.command(
        CreateBooking(
            hotel=hotel.slug,
            **stay,
            guest=person,
            quote_id=quote.quote_id if quote else None,
            draft=world.choices.chance("draft", 0.12),
        )
    )


def _trip(client: Client, hotel: HotelCard, created: CreatedBooking, profile: GuestProfile) -> Trip:
    return Trip(client.acting_as(guest_context(created.guest_token)), hotel, created.booking.booking_id, profile)
