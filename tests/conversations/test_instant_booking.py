"""A hotel without approval: a paid booking is confirmed, and every fault of the payment is corrected."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chassis.codec import typed
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.rooms.hotel_import import HotelDefinition, ImportHotel
from contracts.values import Context
from sandbox.stripe.store import Json
from tests.conversations.conftest import HOTELS, STAFF, PlatformFixture, guest

Status = BookingStatus
INSTANT = "hotel-instant"


@pytest.fixture
def instant(fixture: PlatformFixture) -> PlatformFixture:
    """The fixture with a second hotel, which confirms by itself."""
    model = typed(json.loads((HOTELS / "hotel-killarney.json").read_text()), HotelDefinition)
    settings = replace(model.settings, approval_required=False)
    fixture.platform.ask(ImportHotel(definition=replace(model, slug=INSTANT, code="INS", settings=settings)))
    fixture.settle()
    return fixture


def at_the_desk() -> Context:
    return replace(STAFF, caller=replace(STAFF.caller, hotel=INSTANT))


def booking_detail(fixture: PlatformFixture, created: CreatedBooking) -> BookingDetail:
    return fixture.platform.ask(GetBooking(hotel=INSTANT, booking_id=created.booking.id), at_the_desk())


def opened(fixture: PlatformFixture, created: CreatedBooking) -> str:
    request = OpenPaymentSession(hotel=INSTANT, booking_id=created.booking.id)
    session_id = fixture.platform.ask(request, guest(created)).session_id
    fixture.settle()
    return session_id


def paid(fixture: PlatformFixture, **card: str) -> CreatedBooking:
    created = fixture.book(hotel=INSTANT)
    fixture.stripe.pay(opened(fixture, created), **card)
    fixture.settle()
    return created


def pushed(fixture: PlatformFixture) -> list[str]:
    return [event["event"] for event in fixture.pusher.events()]


def test_a_paid_instant_booking_is_confirmed_at_once(instant: PlatformFixture) -> None:
    created = paid(instant)

    booking, total = booking_detail(instant, created), created.booking.total_amount.amount
    assert (booking.status, booking.payment_status) == (Status.CONFIRMED, "CAPTURED")
    assert booking.confirmed_by is not None
    assert booking.confirmed_by.kind == "system"
    assert instant.movements() == [("authorise", total), ("capture", total)]
    channel = f"private-booking-{created.booking.id}"
    events = [event["event"] for event in instant.pusher.events(channel=channel)]
    assert events.count("payment_success") == 1
    assert events.index("payment_authorized") < events.index("payment_success")
    assert "Booking Confirmed" in " ".join(instant.mails())


def test_money_that_comes_too_late_is_voided_and_confirms_nothing(instant: PlatformFixture) -> None:
    created = instant.book(hotel=INSTANT)
    session_id = opened(instant, created)
    instant.stripe.webhooks(paused=True)
    instant.stripe.pay(session_id)
    instant.platform.ask(CancelBooking(hotel=INSTANT, booking_id=created.booking.id), guest(created))
    instant.platform.run_until_idle()
    instant.stripe.webhooks(paused=False)

    instant.settle()

    assert booking_detail(instant, created).status is Status.CANCELLED
    assert [movement for movement, _ in instant.movements()] == ["authorise", "void"]
    assert "payment_success" not in pushed(instant)


def of_another_amount(intent: Json) -> None:
    intent["amount"] -= 100


def in_another_currency(intent: Json) -> None:
    intent["currency"] = "usd"


def for_another_booking(intent: Json) -> None:
    intent["metadata"]["booking_id"] = "BK-2026-OTHERS"


@pytest.mark.parametrize("wrong", [of_another_amount, in_another_currency, for_another_booking])
def test_an_authorisation_that_does_not_match_the_booking_is_voided_and_pushed_to_staff(
    instant: PlatformFixture, wrong: Callable[[Json], None]
) -> None:
    created = instant.book(hotel=INSTANT)
    session_id = opened(instant, created)
    instant.stripe.webhooks(paused=True)
    instant.stripe.pay(session_id)
    (intent,) = instant.stripe.state.store.intents.values()
    wrong(intent)
    instant.stripe.webhooks(paused=False)

    instant.settle()

    assert booking_detail(instant, created).status is Status.PENDING_PAYMENT
    assert [movement for movement, _ in instant.movements()] == ["authorise", "void"]
    assert pushed(instant).count("payment_mismatch") == 1
    assert "payment_success" not in pushed(instant)


def test_a_dispute_is_pushed_to_staff_and_changes_nothing_else(instant: PlatformFixture) -> None:
    created = paid(instant)
    (charge,) = instant.stripe.state.store.charges

    instant.stripe.dispute(charge)
    instant.settle()

    assert booking_detail(instant, created).status is Status.CONFIRMED
    channels = [event["channel"] for event in events_named(instant, "payment_disputed")]
    assert channels
    assert all("staff" in channel for channel in channels)


def events_named(fixture: PlatformFixture, name: str) -> list[dict[str, Any]]:
    return [event for event in fixture.pusher.events() if event["event"] == name]


def test_a_capture_that_fails_for_good_is_followed_by_a_payment_that_works(instant: PlatformFixture) -> None:
    instant.stripe.fault("decline", for_good=True)
    created = paid(instant)
    between = booking_detail(instant, created)

    instant.stripe.lift_faults()
    instant.stripe.pay(opened(instant, created))
    instant.settle()

    total = created.booking.total_amount.amount
    assert (between.status, between.payment_status) == (Status.PENDING_PAYMENT, "FAILED")
    assert (booking_detail(instant, created).status, booking_detail(instant, created).payment_status) == (
        Status.CONFIRMED,
        "CAPTURED",
    )
    assert instant.movements() == [
        ("authorise", total),
        ("void", total),
        ("authorise", total),
        ("capture", total),
    ]
