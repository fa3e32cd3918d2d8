"""Builders of bookings, terms and callers, with overrides."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.bookings.asks import CreateBooking
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import GuestDetails
from contracts.rooms.holds import Held
from contracts.values import (
    Actor,
    ActorKind,
    Caller,
    CancellationPolicy,
    HotelCard,
    HotelSettings,
    Money,
    Permission,
    Price,
)
from services.bookings.domain import local_time
from services.bookings.domain.agreed_terms import AgreedTerms
from services.bookings.domain.booking import Booking, Guest
from services.bookings.domain.guest_tokens import GuestTokens, hashed

HOTEL, OTHER_HOTEL = "hotel-killarney", "hotel-tralee"
BOOKING_ID = "BK-2030-ABCDEF"
TOKENS = GuestTokens(("a-key-for-guest-tokens",))
TOKEN = TOKENS.new(BOOKING_ID, 1)
NOW = datetime(2030, 6, 1, 10, 0, tzinfo=UTC)
CHECK_IN, CHECK_OUT = date(2030, 6, 10), date(2030, 6, 13)
ANNA = Actor(ActorKind.STAFF, "7")
STAFF = Caller(kind="staff", staff_id="7", name="Anna Byrne", hotel=HOTEL, permissions=frozenset(Permission))
CLERK = replace(STAFF, permissions=frozenset(Permission) - {Permission.OVERRIDE, Permission.SUPERUSER})
STRANGER = replace(STAFF, hotel=OTHER_HOTEL)
GUEST = Caller(kind="guest", guest_token=TOKEN)
PUBLIC = Caller()
SYSTEM = Caller(kind="system")


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def a_price(**overrides: Any) -> Price:
    usual: dict[str, Any] = {
        "nights": (eur(12000), eur(10000), eur(10000)),
        "subtotal": eur(32000),
        "discount": eur(0),
        "tax": eur(2880),
        "total": eur(34880),
        "tax_percent": Decimal(9),
        "first_night": eur(13080),
    }
    return Price(**usual | overrides)


def one_more_night(**overrides: Any) -> Price:
    """The price of an added night, as rooms answers."""
    usual = {"nights": (eur(10000),), "subtotal": eur(10000), "tax": eur(900), "total": eur(10900), "first_night": None}
    return a_price(**usual | overrides)


def a_card(**overrides: Any) -> HotelCard:
    usual = {
        "slug": HOTEL,
        "name": "Hotel Killarney",
        "code": "KIL",
        "timezone": "Europe/Dublin",
        "currency": "EUR",
    }
    return HotelCard(**usual | overrides)


def held(**overrides: Any) -> Held:
    """The answer of rooms to a hold."""
    usual: dict[str, Any] = {
        "hotel": a_card(),
        "settings": HotelSettings(),
        "room_type_code": "DBL",
        "room_type_name": "Double",
        "price": a_price(),
        "policy": CancellationPolicy(kind="FLEXIBLE"),
    }
    return Held(**usual | overrides)


def a_booking(**overrides: Any) -> Booking:
    """A confirmed booking paid by card, unless told otherwise. `policy`, `settings`, `card`, `price` make its terms."""
    terms = AgreedTerms(
        hotel=overrides.pop("card", a_card()),
        settings=overrides.pop("settings", HotelSettings()),
        price=overrides.pop("price", a_price()),
        policy=overrides.pop("policy", CancellationPolicy(kind="FLEXIBLE")),
    )
    usual: dict[str, Any] = {
        "id": BOOKING_ID,
        "confirmation_number": "KIL-2030-GHJKMN",
        "hotel": HOTEL,
        "room_type_code": "DBL",
        "room_type_name": "Double",
        "check_in": CHECK_IN,
        "check_out": CHECK_OUT,
        "adults": 2,
        "children": 0,
        "source": BookingSource.ONLINE,
        "created_at": NOW,
        "updated_at": NOW,
        "guest": Guest(first_name="Ada", last_name="Lovelace", email="ada@example.com", token_hash=hashed(TOKEN)),
        "terms": terms,
        "status": BookingStatus.CONFIRMED,
        "version": 4,
        "payment_status": "CAPTURED",
        "captured": terms.price.total,
    }
    made = usual | overrides
    made.setdefault(
        "checkout_deadline_at",
        local_time.closes_at(made["check_out"], terms.settings.standard_checkout_time, terms.hotel.timezone),
    )
    return Booking(**made)


def unpaid(**overrides: Any) -> Booking:
    """Held, with nothing on a card yet."""
    usual: dict[str, Any] = {
        "status": BookingStatus.PENDING_PAYMENT,
        "payment_status": "NONE",
        "captured": None,
        "expires_at": NOW + timedelta(minutes=15),
    }
    return a_booking(**usual | overrides)


def awaiting_approval(**overrides: Any) -> Booking:
    """Authorised, waiting for staff."""
    usual: dict[str, Any] = {
        "status": BookingStatus.PENDING_APPROVAL,
        "payment_status": "AUTHORIZED",
        "captured": None,
        "payment_id": "pay-1",
        "payment_authorized_at": NOW,
        "approval_deadline_at": NOW + timedelta(days=2),
    }
    return a_booking(**usual | overrides)


def details(**overrides: str) -> GuestDetails:
    usual = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "phone": "+353 1"}
    return GuestDetails(**usual | overrides)


def a_request(**overrides: Any) -> CreateBooking:
    usual: dict[str, Any] = {
        "hotel": HOTEL,
        "room_type": "DBL",
        "check_in": CHECK_IN,
        "check_out": CHECK_OUT,
        "adults": 2,
        "children": 0,
        "guest": details(),
    }
    return CreateBooking(**usual | overrides)
