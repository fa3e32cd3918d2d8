"""Replies of the services as tests need them, each with overrides."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import (
    BookingDetail,
    BookingList,
    BookingRow,
    CancellationPreview,
    Feed,
    FeedItem,
    InHouse,
)
from contracts.notifier.channel_authorisation import Realtime
from contracts.payments.checkout_sessions import PaymentSession
from contracts.rooms.availability import Availability, TypeAvailability
from contracts.rooms.events import RoomStatus
from contracts.rooms.hotels import HotelPage
from contracts.rooms.quotes import Quote
from contracts.rooms.rooms import RoomView
from contracts.rooms.settings import OperatingSettings
from contracts.values import Actor, ActorKind, CancellationPolicy, HotelCard, HotelSettings, Money, Price, PriceLines
from gateway.identity.accounts import Staff
from gateway.identity.roles import Role

HOTEL, OTHER_HOTEL = "hotel-killarney", "hotel-dingle"
BOOKING = "BK-2026-7KQ2MDXR"
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
# What stands in the place of a path's parameters.
SAMPLES = {
    "slug": HOTEL,
    "booking_id": BOOKING,
    "room_number": "101",
    "block_id": "12",
    "task_id": "31",
    "code": "STD",
    "order_id": "0f3c",
    "item_id": "7",
}
CLERK = Actor(ActorKind.STAFF, "b6f8")
EUR = "EUR"


def card(**changes: Any) -> HotelCard:
    usual: dict[str, Any] = {
        "slug": HOTEL,
        "name": "Hotel Killarney",
        "code": "KIL",
        "timezone": "Europe/Dublin",
        "currency": EUR,
        "email": "desk@killarney.example",
        "phone": "+353 64 555 0100",
        "address": "1 Lake Road",
    }
    return HotelCard(**{**usual, **changes})


def hotel_page(slug: str = HOTEL, **changes: Any) -> HotelPage:
    return HotelPage(card=card(slug=slug), amenities=("sauna",), theme={"accent": "#0a5"}, **changes)


def booking(**changes: Any) -> BookingDetail:
    usual: dict[str, Any] = {
        "id": BOOKING,
        "booking_id": BOOKING,
        "confirmation_number": "KIL-2026-X4T9PWHC",
        "hotel": HOTEL,
        "hotel_name": "Hotel Killarney",
        "room_type_code": "STD",
        "room_type_name": "Standard Double",
        "assigned_room_number": None,
        "has_room_assigned": False,
        "can_check_in": False,
        "guest_name": "Ada Byrne",
        "guest_email": "ada@example.com",
        "guest_phone": "",
        "check_in": date(2026, 8, 14),
        "check_out": date(2026, 8, 17),
        "nights": 3,
        "adults": 2,
        "children": 0,
        "total_amount": Money(39240, EUR),
        "status": BookingStatus.PENDING_PAYMENT,
        "source": BookingSource.ONLINE,
        "created_at": NOON,
        "paid_at": None,
        "expires_at": NOON,
        "approval_deadline_at": None,
        "approval_risk": "OK",
        "checkout_deadline_at": None,
        "is_overstay": False,
        "overstay_severity": None,
        "is_new_for_staff": True,
        "guest_first_name": "Ada",
        "guest_last_name": "Byrne",
        "special_requests": "A quiet room.",
        "promo_code": None,
        "payment_provider": None,
        "payment_reference": None,
        "payment_status": "NONE",
        "payment_authorized_at": None,
        "decision_made_at": None,
        "decision_made_by": None,
        "reason_code": None,
        "reason_note": None,
        "confirmed_at": None,
        "confirmed_by": None,
        "checked_in_at": None,
        "checked_in_by": None,
        "checked_out_at": None,
        "checked_out_by": None,
        "cancelled_at": None,
        "cancelled_by": None,
        "cancellation_reason": None,
        "cancellation_fee": None,
        "refund_amount": None,
        "refund_status": None,
        "balance_due": Money(0, EUR),
        "expired_at": None,
        "expiry_reason": None,
        "late_arrival_expected": False,
        "assignment_notes": None,
        "internal_notes": "Prefers the lake side.",
        "updated_at": NOON,
        "version": 3,
        "hotel_card": card(),
        "policy": CancellationPolicy(kind="FLEXIBLE", text="Free until 24 hours before."),
        "can_cancel": True,
        "cancellation_preview": CancellationPreview(
            fee_amount=Money(0, EUR),
            refund_amount=Money(0, EUR),
            description="Nothing was charged.",
            applied_rule="NONE",
        ),
        "in_house": None,
    }
    return BookingDetail(**{**usual, **changes})


def in_house(**changes: Any) -> BookingDetail:
    secrets = InHouse(wifi_ssid="Killarney", wifi_password="lake-water", room_pin="4821")
    living = {"assigned_room_number": "101", "has_room_assigned": True, "in_house": secrets}
    return booking(status=BookingStatus.IN_HOUSE, **{**living, **changes})


def booking_list(*rows: BookingRow, count: int | None = None) -> BookingList:
    return BookingList(count=len(rows) if count is None else count, results=rows)


def room(**changes: Any) -> RoomView:
    usual: dict[str, Any] = {
        "id": 7,
        "room_number": "101",
        "room_type": "Standard Double",
        "room_type_code": "STD",
        "room_status": RoomStatus.CHECKOUT_DIRTY,
        "is_occupied": False,
        "is_active": True,
        "floor": 1,
        "notes": "",
        "last_cleaned_at": None,
        "last_inspected_at": None,
        "current_booking_id": None,
        "version": 4,
    }
    return RoomView(**{**usual, **changes})


def quote() -> Quote:
    night = Money(12000, EUR)
    return Quote(
        quote_id="Q-1",
        hotel=HOTEL,
        room_type_code="STD",
        room_type_name="Standard Double",
        check_in=date(2026, 8, 14),
        check_out=date(2026, 8, 16),
        nights=2,
        dates=(date(2026, 8, 14), date(2026, 8, 15)),
        price=Price(
            nights=(night, night),
            subtotal=Money(24000, EUR),
            discount=Money(0, EUR),
            tax=Money(2160, EUR),
            total=Money(26160, EUR),
            tax_percent=9,  # type: ignore[arg-type]
        ),
        currency=EUR,
        policy_text="Free until 24 hours before.",
        valid_until=NOON,
    )


def availability() -> Availability:
    one = TypeAvailability(
        room_type_code="STD",
        room_type_name="Standard Double",
        available_units=4,
        is_available=True,
        can_accommodate=True,
        max_occupancy=2,
        price_from=Money(13080, EUR),
        currency=EUR,
        pricing=PriceLines(
            subtotal=Money(12000, EUR), discount=Money(0, EUR), taxes=Money(1080, EUR), total=Money(13080, EUR)
        ),
    )
    return Availability(
        hotel=HOTEL, check_in=date(2026, 8, 14), check_out=date(2026, 8, 16), nights=2, room_types=(one,)
    )


def operating_settings() -> OperatingSettings:
    return OperatingSettings(page=hotel_page(), settings=HotelSettings(), version=5)


def realtime() -> Realtime:
    return Realtime(
        key="app-key",
        host="push.example",
        port=443,
        secure=True,
        cluster="mt1",
        booking_channel="private-booking-{booking_id}",
        staff_channels=("private-hotel-{hotel}", "private-staff-{hotel}"),
        public_channel="hotel-{hotel}-public",
        booking_events=("booking_confirmed",),
        staff_events=("booking_created",),
    )


def payment_session(**changes: Any) -> PaymentSession:
    usual: dict[str, Any] = {
        "session_id": "cs_test_1",
        "payment_url": "https://pay.example/cs_test_1",
        "status": "created",
        "amount": Money(15000, EUR),
    }
    return PaymentSession(**{**usual, **changes})


def feed(*sequences: int, last: int | None = None) -> Feed:
    items = tuple(
        FeedItem(
            id=f"event-{number}",
            type="bookings.BookingConfirmed.v1",
            sequence=number,
            time=NOON,
            data={
                "booking_id": BOOKING,
                "total": {"amount": 39240, "currency": EUR},
                "confirmed_by": {"kind": "staff", "id": "b6f8", "name": "Nora Clerk"},
            },
        )
        for number in sequences
    )
    return Feed(booking_id=BOOKING, last_sequence=last if last is not None else max(sequences, default=0), events=items)


def staff(role: Role = Role.MANAGER, **changes: Any) -> Staff:
    usual: dict[str, Any] = {
        "id": UUID(int=7),
        "email": "nora@example.com",
        "name": "Nora Clerk",
        "hotel": HOTEL,
        "role": role,
        "is_superuser": False,
        "active": True,
    }
    return Staff(**{**usual, **changes})
