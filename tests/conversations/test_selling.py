"""Sales of a hotel, from its settings to the provider's journal, in currencies with 0, 2 and 3 digits."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.codec import typed
from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CreateBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel, RoomTypeDefinition
from contracts.rooms.promotions import PromotionDefinition
from contracts.rooms.quotes import GiveQuote, Quote
from contracts.rooms.rates import WriteRates
from contracts.rooms.rooms import AddRoom
from contracts.rooms.settings import ChangeSettings, SettingsChange
from contracts.values import Context
from tests.conversations.conftest import HOTEL, HOTELS, STAFF, PlatformFixture, guest

Status = BookingStatus
ADA = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="")


def open_hotel(fixture: PlatformFixture, *, currency: str, price: str, timezone: str, tax: str, promotion: str) -> str:
    """A hotel in that currency, with one type at that price and a promotion OFF of that amount."""
    model = typed(json.loads((HOTELS / f"{HOTEL}.json").read_text()), HotelDefinition)
    slug = f"hotel-{currency.lower()}"
    rooms = RoomTypeDefinition(code="DBL", name="Double", max_occupancy=2, base_price=price, rooms=("1", "2"))
    fixture.platform.ask(
        ImportHotel(
            definition=replace(
                model, slug=slug, code=currency, currency=currency, timezone=timezone, tax_percent=Decimal(tax),
                room_types=(rooms,), promotions=(PromotionDefinition(code="OFF", kind="FIXED", value=promotion),),
            )
        )
    )  # fmt: skip
    fixture.platform.run_until_idle()
    return slug


def quoted(fixture: PlatformFixture, hotel: str, room_type: str, **more: Any) -> Quote:
    first = fixture.today() + timedelta(days=3)
    fields = {"check_in": first, "check_out": first + timedelta(days=3), "adults": 1, "children": 0}
    return fixture.platform.ask(GiveQuote(hotel=hotel, room_type=room_type, **(fields | more)))


def booked(fixture: PlatformFixture, quote: Quote, **more: Any) -> CreatedBooking:
    fields: dict[str, Any] = {
        "hotel": quote.hotel, "room_type": quote.room_type_code, "check_in": quote.check_in,
        "check_out": quote.check_out, "adults": 1, "children": 0, "guest": ADA, "quote_id": quote.quote_id,
    }  # fmt: skip
    created = fixture.platform.ask(CreateBooking(**(fields | more)), Context())
    fixture.settle()
    return created


def paid(fixture: PlatformFixture, created: CreatedBooking, hotel: str) -> PaymentSession:
    session = fixture.platform.ask(OpenPaymentSession(hotel=hotel, booking_id=created.booking.id), guest(created))
    fixture.settle()
    fixture.stripe.pay(session.session_id)
    fixture.settle()
    return session


def changed(fixture: PlatformFixture, **change: Any) -> None:
    fixture.platform.ask(ChangeSettings(hotel=HOTEL, change=SettingsChange(**change)), STAFF)
    fixture.settle()


@pytest.mark.parametrize(
    ("currency", "price", "timezone", "tax", "off", "total", "minor"),
    [
        # three nights, less the promotion, plus the tax
        ("EUR", "129.99", "Europe/Dublin", "9", "10.00", "414.17", 41417),  # 379.97 and 34.1973
        ("JPY", "12345", "Asia/Tokyo", "10", "1000", "39639", 39639),  # 36035 and 3603.5
        ("KWD", "45.670", "Asia/Kuwait", "5", "1.500", "142.290", 142290),  # 135.510 and 6.7755
        ("ISK", "19999", "Atlantic/Reykjavik", "11", "1000", "65487", 6548700),  # 58997 and 6489.67
        ("UGX", "35001", "Africa/Kampala", "18", "1", "123902", 12390200),  # 105002 and 18900.36
    ],
)
def test_a_quoted_price_is_booked_paid_and_captured_to_the_last_unit(
    fixture: PlatformFixture, *, currency: str, price: str, timezone: str, tax: str, off: str, total: str, minor: int
) -> None:
    hotel = open_hotel(fixture, currency=currency, price=price, timezone=timezone, tax=tax, promotion=off)
    desk = Context(caller=replace(STAFF.caller, hotel=hotel))

    quote = quoted(fixture, hotel, "DBL", promo_code="off")
    created = booked(fixture, quote)
    session = paid(fixture, created, hotel)
    fixture.platform.ask(ApproveBooking(hotel=hotel, booking_id=created.booking.id), desk)
    fixture.settle()

    cost = quote.price
    assert (cost.total.text, cost.total.amount) == (total, minor)
    assert cost.subtotal - cost.discount + cost.tax == cost.total
    assert created.booking.total_amount == cost.total == session.amount
    assert fixture.platform.ask(GetBooking(hotel=hotel, booking_id=created.booking.id), desk).status is Status.CONFIRMED
    assert fixture.movements() == [("authorise", minor), ("capture", minor)]


def test_a_change_to_instant_booking_applies_to_later_bookings(fixture: PlatformFixture) -> None:
    before = fixture.book()
    changed(fixture, approval_required=False)
    after = fixture.book()

    fixture.pay(before)
    fixture.pay(after)

    assert fixture.booking(before).status is Status.PENDING_APPROVAL
    assert fixture.booking(after).status is Status.CONFIRMED
    changed(fixture, approval_required=True)
    again = fixture.book()
    fixture.pay(again)
    assert fixture.booking(again).status is Status.PENDING_APPROVAL


def test_a_change_of_settings_is_pushed_to_staff_and_public_under_both_names(fixture: PlatformFixture) -> None:
    fixture.settle()

    changed(fixture, tagline="By the lake", payment_hold_minutes=60)

    for channel in (f"private-hotel-{HOTEL}", f"hotel-{HOTEL}-public"):
        changes = [event for event in fixture.pusher.events(channel=channel) if "settings" in event["event"]]
        assert [event["event"] for event in changes[-2:]] == ["settings_updated", "settings-updated"]
        data = json.loads(changes[-1]["data"]) if isinstance(changes[-1]["data"], str) else changes[-1]["data"]
        assert (set(data["fields"]), data["version"]) == ({"tagline", "payment_hold_minutes"}, 2)
        assert "By the lake" not in json.dumps(data)


def test_a_longer_hold_applies_to_later_bookings(fixture: PlatformFixture) -> None:
    before = fixture.book()
    changed(fixture, payment_hold_minutes=60)
    after = fixture.book()
    for created in (before, after):
        fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()

    fixture.platform.advance(timedelta(minutes=16))
    fixture.settle()

    assert fixture.booking(before).status is Status.EXPIRED
    assert fixture.booking(after).status is Status.PENDING_PAYMENT


def test_a_valid_quote_gives_its_price_and_an_expired_quote_is_refused(fixture: PlatformFixture) -> None:
    room_type = fixture.room_types()[0]
    quote = quoted(fixture, HOTEL, room_type)
    fixture.platform.ask(
        WriteRates(
            hotel=HOTEL, room_type=room_type, start_date=quote.check_in, end_date=quote.check_out, price="999.00"
        ),
        STAFF,
    )

    assert booked(fixture, quote).booking.total_amount == quote.price.total
    assert quoted(fixture, HOTEL, room_type).price.subtotal.text == "2997.00"
    fixture.platform.advance(timedelta(minutes=31))
    with pytest.raises(Refusal) as refused:
        booked(fixture, quote)
    assert refused.value.code == "UNKNOWN_QUOTE"


def test_an_added_room_is_pushed_as_available_and_can_be_booked(fixture: PlatformFixture) -> None:
    room_type, today = fixture.room_types()[0], fixture.today()
    looking = CheckAvailability(hotel=HOTEL, check_in=today, check_out=today + timedelta(days=1))

    def left() -> int:
        return next(
            row.available_units for row in fixture.platform.ask(looking).room_types if row.room_type_code == room_type
        )

    before = left()
    fixture.platform.ask(AddRoom(hotel=HOTEL, room_number="999", room_type=room_type), STAFF)
    fixture.settle_availability()

    assert left() == before + 1
    events = [event["event"] for event in fixture.pusher.events(channel=f"hotel-{HOTEL}-public")]
    assert events[-1] == "availability_changed"


def test_each_day_that_passes_puts_a_night_on_sale(fixture: PlatformFixture) -> None:
    last = fixture.today() + timedelta(days=730)
    furthest = {"check_in": last, "check_out": last + timedelta(days=1)}
    with pytest.raises(Refusal) as refused:
        quoted(fixture, HOTEL, fixture.room_types()[0], **furthest)
    assert refused.value.code == "BEYOND_HORIZON"

    fixture.platform.advance(timedelta(days=1))
    fixture.settle()

    assert quoted(fixture, HOTEL, fixture.room_types()[0], **furthest).nights == 1
