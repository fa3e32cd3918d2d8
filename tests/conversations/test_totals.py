"""A stay whose total is zero, and totals that no card can take, over all services."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CreateBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import GuestDetails
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel, RoomTypeDefinition
from contracts.rooms.promotions import PromotionDefinition
from contracts.rooms.quotes import GiveQuote
from contracts.values import Context, HotelSettings, Money
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.conversations.conftest import STAFF, PlatformFixture, guest
from tests.fakes.operators import open_services

Status = BookingStatus
INN = "small-inn"
DESK = replace(STAFF, caller=replace(STAFF.caller, hotel=INN))
ADA = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="+353 1 5550100")


def open_inn(fixture: PlatformFixture, price: str, currency: str = "EUR") -> None:
    """A hotel with two doubles at this price, open from midnight, without tax, and with a free promotion."""
    double = RoomTypeDefinition(code="DBL", name="Double", max_occupancy=2, base_price=price, rooms=("101", "102"))
    inn = HotelDefinition(
        slug=INN,
        name="Small Inn",
        code="INN",
        timezone="Europe/Dublin",
        currency=currency,
        room_types=(double,),
        tax_percent=Decimal(0),
        settings=HotelSettings(early_checkin_from="00:00"),
        promotions=(PromotionDefinition(code="FREE100", kind="PERCENT", value="100"),),
    )
    fixture.platform.ask(ImportHotel(definition=inn))
    fixture.settle()


def stay(fixture: PlatformFixture, **more: Any) -> dict[str, Any]:
    """One night from today, for one guest."""
    today = fixture.today()
    usual = {"hotel": INN, "room_type": "DBL", "adults": 1, "children": 0}
    return usual | {"check_in": today, "check_out": today + timedelta(days=1)} | more


def left(fixture: PlatformFixture) -> int:
    today = fixture.today()
    query = CheckAvailability(hotel=INN, check_in=today, check_out=today + timedelta(days=1))
    return fixture.platform.ask(query).room_types[0].available_units


@pytest.mark.parametrize(("price", "currency"), [("120.00", "EUR"), ("12000", "JPY")])
def test_a_free_stay_is_booked_approved_and_lived_in_without_a_payment(
    fixture: PlatformFixture, price: str, currency: str
) -> None:
    open_inn(fixture, price, currency)
    platform, nothing = fixture.platform, Money(0, currency)
    quote = platform.ask(GiveQuote(**stay(fixture, promo_code="free100")))

    created = platform.ask(CreateBooking(**stay(fixture, quote_id=quote.quote_id), guest=ADA), Context())
    fixture.settle()
    about = {"hotel": INN, "booking_id": created.booking.id}
    with pytest.raises(Refusal) as refused:
        platform.ask(OpenPaymentSession(**about), guest(created))
    approved = platform.ask(ApproveBooking(**about), DESK)
    fixture.settle()
    platform.ask(AssignRoom(**about, room_number="101"), DESK)
    inside = platform.ask(CheckIn(**about), DESK)
    fixture.settle()

    assert (quote.price.total, created.booking.total_amount) == (nothing, nothing)
    assert (created.booking.status, created.booking.payment_status) == (Status.PENDING_APPROVAL, "NOT_REQUIRED")
    assert refused.value.code == "BOOKING_NOT_PAYABLE"
    assert (approved.status, inside.status) == (Status.CONFIRMED, Status.IN_HOUSE)
    assert (inside.balance_due, inside.payment_status) == (nothing, "NOT_REQUIRED")
    assert fixture.movements() == []
    assert fixture.mails() == [
        f"Booking received - {created.booking.id}", f"Booking Confirmed - {created.booking.id}", "Welcome to Small Inn",
    ]  # fmt: skip
    pushed = [event["event"] for event in fixture.pusher.events(channel=f"private-staff-{INN}")]
    assert pushed == ["approval_requested"]


@pytest.mark.parametrize(
    ("price", "currency", "code"),
    [
        ("0.49", "EUR", "TOTAL_BELOW_MINIMUM"),
        ("49", "JPY", "TOTAL_BELOW_MINIMUM"),
        ("1000000.00", "EUR", "TOTAL_ABOVE_MAXIMUM"),
    ],
)
def test_a_total_that_no_card_can_take_is_refused_and_no_night_is_held(
    fixture: PlatformFixture, price: str, currency: str, code: str
) -> None:
    open_inn(fixture, price, currency)

    for ask in (
        GiveQuote(**stay(fixture)),
        CreateBooking(**stay(fixture), guest=ADA),
        CreateBooking(**stay(fixture), guest=ADA, draft=True),
    ):
        with pytest.raises(Refusal) as refused:
            fixture.platform.ask(ask, Context())
        assert refused.value.code == code

    fixture.settle()
    assert left(fixture) == 2


@pytest.mark.parametrize(("price", "currency"), [("0.50", "EUR"), ("50", "JPY"), ("999999.99", "EUR")])
def test_the_provider_takes_a_total_at_each_limit(fixture: PlatformFixture, price: str, currency: str) -> None:
    open_inn(fixture, price, currency)
    created = fixture.platform.ask(CreateBooking(**stay(fixture), guest=ADA), Context())
    fixture.settle()
    about = {"hotel": INN, "booking_id": created.booking.id}

    session = fixture.platform.ask(OpenPaymentSession(**about), guest(created))
    fixture.settle()
    fixture.stripe.pay(session.session_id)
    fixture.settle()

    assert fixture.platform.ask(GetBooking(**about), DESK).status is Status.PENDING_APPROVAL


def test_an_added_night_below_the_smallest_charge_is_owed_and_has_no_page(fixture: PlatformFixture) -> None:
    open_inn(fixture, "0.30")
    platform = fixture.platform
    created = platform.ask(CreateBooking(**stay(fixture), guest=ADA, payment="none"), DESK)
    about = {"hotel": INN, "booking_id": created.booking.id}
    platform.ask(AssignRoom(**about, room_number="101"), DESK)
    platform.ask(CheckIn(**about), DESK)

    owing = [platform.ask(GetBooking(**about), DESK)]
    owing.append(platform.ask(ExtendBooking(**about, add_nights=1), DESK))
    fixture.settle()

    assert [(each.balance_due.text, each.can_pay) for each in owing] == [("0.30", False), ("0.60", True)]
    session = platform.ask(OpenPaymentSession(**about), guest(created))
    assert session.amount == Money(60, "EUR")


def test_no_invariant_is_broken_by_a_free_stay(fixture: PlatformFixture) -> None:
    open_inn(fixture, "120.00")
    created = fixture.platform.ask(CreateBooking(**stay(fixture, promo_code="FREE100"), guest=ADA), Context())
    fixture.settle()
    fixture.platform.ask(ApproveBooking(hotel=INN, booking_id=created.booking.id), DESK)
    fixture.settle()

    with open_services(fixture.platform) as services:
        context = ExaminationContext(ask=services, older_than=timedelta(0), parked=(), journal=fixture.stripe.journal())
        assert examine(context) == []
