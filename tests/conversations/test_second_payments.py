"""A second payment under a booking's ids, past its payment page: the money returns, and staff are informed.

Stays of one night, over a change of the clock, and in a currency without minor units.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import stripe

from chassis.codec import typed
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from contracts.values import Context
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.conversations.conftest import HOTELS, STAFF, PlatformFixture, guest
from tests.fakes.operators import open_services

TOKYO = "hotel-tokyo"
MONEY = ("I3", "I4", "I7", "I8", "I9", "I10", "I11", "I15", "I17")


def one_night(fixture: PlatformFixture) -> dict[str, Any]:
    return {"check_in": fixture.today(), "check_out": fixture.today() + timedelta(days=1)}


def over_a_clock_change(fixture: PlatformFixture) -> dict[str, Any]:
    first = next_clock_change(fixture.today())
    return {"check_in": first - timedelta(days=1), "check_out": first + timedelta(days=1)}


def in_yen(fixture: PlatformFixture) -> dict[str, Any]:
    definition = typed(json.loads((HOTELS / f"{TOKYO}.json").read_text()), HotelDefinition)
    fixture.platform.ask(ImportHotel(definition=definition))
    fixture.settle()
    first = fixture.today() + timedelta(days=2)
    dates = {"check_in": first, "check_out": first + timedelta(days=1)}
    return {"hotel": TOKYO, "room_type": definition.room_types[0].code, **dates}


def next_clock_change(today: date) -> date:
    """The next day on which Dublin's clocks change."""
    zone, day = ZoneInfo("Europe/Dublin"), today + timedelta(days=2)
    while (
        datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
        == datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()
    ):
        day += timedelta(days=1)
    return day


def staff_of(hotel: str) -> Context:
    return replace(STAFF, caller=replace(STAFF.caller, hotel=hotel))


def detail(fixture: PlatformFixture, created: CreatedBooking) -> BookingDetail:
    hotel = created.booking.hotel
    return fixture.platform.ask(GetBooking(hotel=hotel, booking_id=created.booking.id), staff_of(hotel))


def confirmed(fixture: PlatformFixture, stay: dict[str, Any]) -> CreatedBooking:
    created = fixture.book(**stay)
    hotel = created.booking.hotel
    request = OpenPaymentSession(hotel=hotel, booking_id=created.booking.id)
    session = fixture.platform.ask(request, guest(created))
    fixture.settle()
    fixture.stripe.pay(session.session_id)
    fixture.settle()
    fixture.platform.ask(ApproveBooking(hotel=hotel, booking_id=created.booking.id), staff_of(hotel))
    fixture.settle()
    return created


def pay_again(fixture: PlatformFixture, method: str) -> str:
    """Pay under the metadata of the only session, for the same amount; the intent's id."""
    (session,) = fixture.stripe.state.store.sessions.values()
    client = stripe.StripeClient("sk_test_town_1234", base_addresses={"api": fixture.stripe.url}, max_network_retries=0)
    params: Any = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "capture_method": method,
        "confirm": True,
        "payment_method": "pm_card_visa",
        "metadata": dict(session["metadata"]),
    }
    return str(client.v1.payment_intents.create(params).id)


@pytest.mark.parametrize("stay", [one_night, over_a_clock_change, in_yen])
@pytest.mark.parametrize(
    ("method", "movements"), [("manual", ["authorise", "void"]), ("automatic", ["authorise", "capture", "refund"])]
)
def test_a_second_payment_is_returned_in_full_and_pushed_to_staff_once(
    fixture: PlatformFixture,
    stay: Callable[[PlatformFixture], dict[str, Any]],
    method: str,
    movements: list[str],
) -> None:
    created = confirmed(fixture, stay(fixture))
    before, mails = detail(fixture, created), fixture.mails()

    intent_id = pay_again(fixture, method)
    fixture.settle()

    total = created.booking.total_amount.amount
    journal = [(entry["movement"], entry["amount"]) for entry in fixture.stripe.journal(intent_id)]
    assert journal == [(movement, total) for movement in movements]
    after = detail(fixture, created)
    assert (after.status, after.payment_status) == (before.status, before.payment_status) == ("CONFIRMED", "CAPTURED")
    assert (after.refund_status, after.balance_due) == (before.refund_status, before.balance_due)
    channel = f"private-staff-{created.booking.hotel}"
    events = [each["event"] for each in fixture.pusher.events(channel=channel)]
    assert events.count("payment_mismatch") == 1
    assert fixture.mails() == mails
    with open_services(fixture.platform) as services:
        context = ExaminationContext(ask=services, older_than=timedelta(0), parked=(), journal=fixture.stripe.journal())
        assert examine(context, only=MONEY) == []
