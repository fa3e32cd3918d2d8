"""What a fact becomes."""

import json
from typing import Any

import pytest

from chassis import codec
from contracts import bookings, payments, rooms
from contracts.bookings import BookingStatus, ExpiryReason
from contracts.message import Event
from contracts.values import Actor, ActorKind, Money
from services.notifier.domain import Message, PushNotice, mail_about, push_about
from services.notifier.notices import MAILS, PUSHES
from tests.unit.notifier.samples import BOOKING, HOTEL, NOW, heard, sample

STAFF = Actor(ActorKind.STAFF, "PLANTED-staff-id", "Grace Hopper")
GUEST = Actor(ActorKind.GUEST, "PLANTED-guest-id", "PLANTED guest name")
SECRETS = ("payment_reference", "payment_intent_id", "refund_reference", "payment_id", "action_id")


def told(event: Event, *, legacy: bool = False) -> list[Message]:
    notice = push_about(event, heard(event, sequence=7), legacy=legacy)
    return list(as_sent(notice).messages) if notice else []


def as_sent(notice: PushNotice) -> PushNotice:
    """As it comes out of the database again."""
    return codec.typed(codec.plain(notice), PushNotice)


def data_of(event: Event, channel: str, name: str) -> dict[str, Any]:
    return next(
        message.data for message in told(event, legacy=True) if (message.channel, message.name) == (channel, name)
    )


CHECKED_IN = sample(
    bookings.GuestCheckedIn,
    status=BookingStatus.IN_HOUSE,
    previous_status=BookingStatus.CONFIRMED,
    checked_in_by=STAFF,
)


def test_a_check_in_is_told_under_all_its_names_on_all_its_channels() -> None:
    by_channel: dict[str, list[str]] = {}
    for message in told(CHECKED_IN):
        by_channel.setdefault(message.channel, []).append(message.name)

    specific = ["booking_checked_in", "booking-checked-in"]
    status = ["booking_status_changed", "booking-updated", "booking_updated"]
    assert by_channel == {
        f"private-hotel-{HOTEL}": specific + status,
        f"private-room-{HOTEL}-101": specific,
        f"private-booking-{BOOKING}": specific + status,
    }


def test_the_payload_is_flat_and_says_which_fact_it_is() -> None:
    data = data_of(CHECKED_IN, f"private-booking-{BOOKING}", "booking_checked_in")

    assert data.pop("event_id")
    assert data == {
        "sequence": 7,
        "subject": BOOKING,
        "hotel": HOTEL,
        "timestamp": "2027-03-01T09:30:00Z",
        "updated_at": "2027-03-01T09:30:00Z",
        "booking_id": BOOKING,
        "status": "IN_HOUSE",
        "previous_status": "CONFIRMED",
        "room_number": "101",
        "checked_in_at": "2027-03-01T09:30:00Z",
    }


def test_all_names_and_channels_of_a_fact_carry_its_one_id() -> None:
    event = CHECKED_IN
    envelope = heard(event)

    notice = push_about(event, envelope, legacy=True)

    assert notice is not None
    assert {message.data["event_id"] for message in notice.messages} == {envelope.id}
    again = push_about(event, envelope, legacy=True)
    assert again == notice


def test_staff_alone_see_which_of_them_acted() -> None:
    for message in told(CHECKED_IN, legacy=True):
        private_to_staff = message.channel.startswith(("private-hotel-", "private-room-", "private-staff-"))
        assert message.data.get("staff_user") == ("Grace Hopper" if private_to_staff else None)


def test_a_guest_or_the_system_is_never_named() -> None:
    event = sample(bookings.BookingCancelled, cancelled_by=GUEST)

    assert all("staff_user" not in message.data for message in told(event, legacy=True))


def test_old_names_are_told_only_when_switched_on_and_only_the_old_fields() -> None:
    event = sample(bookings.BookingHeld, status=BookingStatus.PENDING_PAYMENT, by=STAFF)
    old = {f"hotel-{HOTEL}", f"booking-{BOOKING}", f"booking.{BOOKING}"}

    assert not old & {message.channel for message in told(event)}

    on_old = [message for message in told(event, legacy=True) if message.channel in old]
    assert {message.channel for message in on_old} == old
    for message in on_old:
        assert set(message.data) == {
            "event_id", "sequence", "subject", "hotel", "booking_id", "status", "source", "updated_at", "timestamp"
        }  # fmt: skip


def test_amounts_are_text_in_major_units_with_their_currency() -> None:
    event = sample(bookings.BookingCancelled, fee=Money(1500, "JPY"), refund=Money(0, "JPY"), cancelled_by=STAFF)

    data = data_of(event, f"private-hotel-{HOTEL}", "booking_cancelled")

    assert (data["cancellation_fee"], data["refund_amount"], data["currency"]) == ("1500", "0", "JPY")


def test_a_fact_that_changes_no_status_says_nothing_of_a_change() -> None:
    same = BookingStatus.PENDING_APPROVAL
    event = sample(bookings.BookingApproved, status=same, previous_status=same)

    assert {message.name for message in told(event)} == {"booking_approved"}


def test_a_booking_confirmed_without_a_card_was_not_paid() -> None:
    unpaid = {message.name for message in told(sample(bookings.BookingConfirmed))}
    paid = {message.name for message in told(sample(bookings.BookingConfirmed, paid_at=NOW))}

    assert "payment_success" not in unpaid
    assert paid == unpaid | {"payment_success"}


def test_both_rooms_hear_of_a_reassignment() -> None:
    channels = {message.channel for message in told(sample(bookings.RoomAssigned))}

    assert {f"private-room-{HOTEL}-101", f"private-room-{HOTEL}-102"} <= channels


def test_what_payments_number_is_not_taken_for_the_bookings_own_feed() -> None:
    event = sample(payments.PaymentMismatched)

    assert data_of(event, f"private-staff-{HOTEL}", "payment_mismatch")["subject"] == f"payment/{BOOKING}"


@pytest.mark.parametrize("fact", PUSHES, ids=lambda fact: fact.__name__)
def test_planted_values_never_show(fact: type[Event]) -> None:
    hints = fact.__dataclass_fields__
    planted: dict[str, Any] = {name: f"PLANTED-{name}" for name in SECRETS if name in hints}
    by = PUSHES[fact].by
    for actor in (STAFF, GUEST):
        event = sample(fact, **planted, **({by: actor} if by else {}))
        assert "PLANTED" not in json.dumps([(m.channel, m.name, m.data) for m in told(event, legacy=True)])


@pytest.mark.parametrize("fact", PUSHES, ids=lambda fact: fact.__name__)
def test_the_longest_payload_fits(fact: type[Event]) -> None:
    longest: dict[str, Any] = {"reason_code": "R" * 300, "fields": tuple(f"{'f' * 60}{n}" for n in range(60))}
    fitting = {name: value for name, value in longest.items() if name in fact.__dataclass_fields__}

    for message in told(sample(fact, **fitting), legacy=True):
        assert len(json.dumps(message.data).encode()) < 10_000


def test_the_public_learns_of_settings_without_who_or_what_for() -> None:
    event = sample(rooms.HotelSettingsChanged, fields=("tagline",))

    data = data_of(event, f"hotel-{HOTEL}-public", "settings-updated")

    assert set(data) == {"event_id", "sequence", "subject", "hotel", "timestamp", "fields", "version"}


@pytest.mark.parametrize("fact", MAILS, ids=lambda fact: fact.__name__)
def test_a_mail_owed_holds_no_name_and_no_address(fact: type[Event]) -> None:
    event = sample(fact)
    owed = mail_about(event, heard(event))

    assert (owed is None) == (getattr(event, "reason", None) is ExpiryReason.DRAFT_ABANDONED)
    if owed:
        assert owed.booking_id == BOOKING
        assert set(owed.amounts) == set(MAILS[fact].amounts)


def test_an_abandoned_draft_is_no_occasion_to_write() -> None:
    event = sample(bookings.BookingExpired, reason=ExpiryReason.DRAFT_ABANDONED)

    assert mail_about(event, heard(event)) is None
    event = sample(bookings.BookingExpired, reason=ExpiryReason.HOLD_RAN_OUT)
    assert mail_about(event, heard(event)) is not None
