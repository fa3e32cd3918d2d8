"""The push and the mail of an event."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chassis import codec
from contracts.bookings.approval import BookingApproved, BookingConfirmed
from contracts.bookings.events import BookingCancelled, BookingExpired, BookingHeld, MailedEvent
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.status import BookingStatus, ExpiryReason
from contracts.bookings.stays import GuestCheckedIn, RoomAssigned
from contracts.message import Event
from contracts.payments.events import PaymentMismatched
from contracts.rooms.events import HotelSettingsChanged
from contracts.values import Actor, ActorKind, Money
from services.notifier.domain.jobs import PushMessage, PushNotice
from services.notifier.domain.mails import MAILS
from services.notifier.domain.notice_mapping import mail_for, push_for
from services.notifier.domain.pushes import PUSHES
from tests.unit.notifier.samples import BOOKING, HOTEL, NOW, envelope_of, sample

STAFF = Actor(ActorKind.STAFF, "PLANTED-staff-id")
GUEST = Actor(ActorKind.GUEST, "PLANTED-guest-id")
NAMES = {"PLANTED-staff-id": "Grace Hopper"}
SECRETS = ("payment_reference", "payment_intent_id", "refund_reference", "payment_id", "action_id")


def pushed(event: Event, *, legacy: bool = False) -> list[PushMessage]:
    push = push_for(event, envelope_of(event, sequence=7), legacy=legacy)
    return list(reloaded(push).messages(NAMES)) if push else []


def reloaded(push: PushNotice) -> PushNotice:
    """The push as read from the job table."""
    return codec.typed(codec.plain(push), PushNotice)


def data_of(event: Event, channel: str, name: str) -> dict[str, Any]:
    return next(
        message.data for message in pushed(event, legacy=True) if (message.channel, message.name) == (channel, name)
    )


CHECKED_IN = sample(
    GuestCheckedIn,
    status=BookingStatus.IN_HOUSE,
    previous_status=BookingStatus.CONFIRMED,
    checked_in_by=STAFF,
)


def test_a_check_in_is_pushed_under_all_its_names_on_all_its_channels() -> None:
    by_channel: dict[str, list[str]] = {}
    for message in pushed(CHECKED_IN):
        by_channel.setdefault(message.channel, []).append(message.name)

    specific = ["booking_checked_in", "booking-checked-in"]
    status = ["booking_status_changed", "booking-updated", "booking_updated"]
    assert by_channel == {
        f"private-hotel-{HOTEL}": specific + status,
        f"private-room-{HOTEL}-101": specific,
        f"private-booking-{BOOKING}": specific + status,
    }


def test_each_audience_has_its_payload_once_whatever_the_number_of_realtime_events() -> None:
    event = sample(
        BookingConfirmed, status=BookingStatus.CONFIRMED, previous_status=BookingStatus.PENDING_APPROVAL, paid_at=NOW
    )

    push = push_for(event, envelope_of(event), legacy=True)

    assert push is not None
    names = ("payment_success", "booking_confirmed", "booking_status_changed", "booking-updated", "booking_updated")
    assert [(group.names, group.channels) for group in push.groups] == [
        (names, (f"private-hotel-{HOTEL}",)),
        (names, (f"private-booking-{BOOKING}",)),
        (names, (f"hotel-{HOTEL}", f"booking-{BOOKING}", f"booking.{BOOKING}")),
    ]


def test_the_payload_is_flat_and_identifies_the_event() -> None:
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


def test_all_names_and_channels_of_an_event_carry_the_same_event_id() -> None:
    event = CHECKED_IN
    envelope = envelope_of(event)

    push = push_for(event, envelope, legacy=True)

    assert push is not None
    assert {message.data["event_id"] for message in push.messages(NAMES)} == {envelope.id}
    again = push_for(event, envelope, legacy=True)
    assert again == push


def test_only_staff_channels_carry_the_name_of_the_acting_staff_member() -> None:
    for message in pushed(CHECKED_IN, legacy=True):
        private_to_staff = message.channel.startswith(("private-hotel-", "private-room-", "private-staff-"))
        assert message.data.get("staff_user") == ("Grace Hopper" if private_to_staff else None)


def test_a_stored_push_has_the_account_and_not_the_name_and_goes_without_a_name_that_nobody_knows() -> None:
    push = push_for(CHECKED_IN, envelope_of(CHECKED_IN), legacy=True)

    assert push is not None
    assert push.staff_ids == {STAFF.id}
    assert "Grace Hopper" not in json.dumps(codec.plain(push))
    assert all("staff_user" not in message.data for message in push.messages({}))


def test_a_push_never_names_an_acting_guest() -> None:
    event = sample(BookingCancelled, cancelled_by=GUEST)

    assert all("staff_user" not in message.data for message in pushed(event, legacy=True))


def test_legacy_channels_are_used_only_when_switched_on_and_carry_only_legacy_fields() -> None:
    event = sample(BookingHeld, status=BookingStatus.PENDING_PAYMENT, by=STAFF)
    old = {f"hotel-{HOTEL}", f"booking-{BOOKING}", f"booking.{BOOKING}"}

    assert not old & {message.channel for message in pushed(event)}

    on_old = [message for message in pushed(event, legacy=True) if message.channel in old]
    assert {message.channel for message in on_old} == old
    for message in on_old:
        assert set(message.data) == {
            "event_id", "sequence", "subject", "hotel", "booking_id", "status", "source", "updated_at", "timestamp"
        }  # fmt: skip


def test_amounts_are_text_in_major_units_with_their_currency() -> None:
    event = sample(BookingCancelled, fee=Money(1500, "JPY"), refund=Money(0, "JPY"), cancelled_by=STAFF)

    data = data_of(event, f"private-hotel-{HOTEL}", "booking_cancelled")

    assert (data["cancellation_fee"], data["refund_amount"], data["currency"]) == ("1500", "0", "JPY")


def test_an_event_that_changes_no_status_sends_no_status_change() -> None:
    same = BookingStatus.PENDING_APPROVAL
    event = sample(BookingApproved, status=same, previous_status=same)

    assert {message.name for message in pushed(event)} == {"booking_approved"}


def test_a_booking_confirmed_without_a_card_sends_no_payment_success() -> None:
    unpaid = {message.name for message in pushed(sample(BookingConfirmed))}
    paid = {message.name for message in pushed(sample(BookingConfirmed, paid_at=NOW))}

    assert "payment_success" not in unpaid
    assert paid == unpaid | {"payment_success"}


def test_a_reassignment_is_pushed_to_both_rooms() -> None:
    channels = {message.channel for message in pushed(sample(RoomAssigned))}

    assert {f"private-room-{HOTEL}-101", f"private-room-{HOTEL}-102"} <= channels


def test_an_event_of_payments_counts_on_a_feed_apart_from_the_bookings_own() -> None:
    event = sample(PaymentMismatched)

    assert data_of(event, f"private-staff-{HOTEL}", "payment_mismatch")["subject"] == f"payment/{BOOKING}"


@pytest.mark.parametrize("kind", PUSHES, ids=lambda kind: kind.__name__)
def test_no_push_carries_a_planted_secret_or_name(kind: type[Event]) -> None:
    hints = kind.__dataclass_fields__
    planted: dict[str, Any] = {name: f"PLANTED-{name}" for name in SECRETS if name in hints}
    by = PUSHES[kind].by
    for actor in (STAFF, GUEST):
        event = sample(kind, **planted, **({by: actor} if by else {}))
        assert "PLANTED" not in json.dumps([(m.channel, m.name, m.data) for m in pushed(event, legacy=True)])


@pytest.mark.parametrize("kind", PUSHES, ids=lambda kind: kind.__name__)
def test_the_longest_payload_is_below_the_providers_limit(kind: type[Event]) -> None:
    longest: dict[str, Any] = {"reason_code": "R" * 300, "fields": tuple(f"{'f' * 60}{n}" for n in range(60))}
    fitting = {name: value for name, value in longest.items() if name in kind.__dataclass_fields__}

    for message in pushed(sample(kind, **fitting), legacy=True):
        assert len(json.dumps(message.data).encode()) < 10_000


def test_a_settings_change_on_the_public_channel_carries_no_actor_and_no_booking() -> None:
    event = sample(HotelSettingsChanged, fields=("tagline",))

    data = data_of(event, f"hotel-{HOTEL}-public", "settings-updated")

    assert set(data) == {"event_id", "sequence", "subject", "hotel", "timestamp", "fields", "version"}


def mailed(kind: type[Any]) -> Any:
    """An event of this kind that a mail reports."""
    conditions: dict[type[Any], dict[str, Any]] = {
        BookingExpired: {"reason": ExpiryReason.HOLD_RAN_OUT},
        GuestTokenRevoked: {"address_corrected": True},
    }
    return sample(kind, **conditions.get(kind, {}))


def test_a_token_that_staff_revoke_sends_no_mail() -> None:
    event = sample(GuestTokenRevoked)

    assert mail_for(event, envelope_of(event)) is None


@pytest.mark.parametrize("kind", MAILS, ids=lambda kind: kind.__name__)
def test_a_mail_job_holds_no_name_and_no_address(kind: type[Event]) -> None:
    event = mailed(kind)
    job = mail_for(event, envelope_of(event))

    assert job is not None
    assert job.booking_id == BOOKING
    assert job.amounts == {name: value for name in MAILS[kind].amounts if (value := getattr(event, name)) is not None}


def test_an_abandoned_draft_sends_no_mail() -> None:
    event = sample(BookingExpired, reason=ExpiryReason.DRAFT_ABANDONED)

    assert mail_for(event, envelope_of(event)) is None
    event = sample(BookingExpired, reason=ExpiryReason.HOLD_RAN_OUT)
    assert mail_for(event, envelope_of(event)) is not None


@pytest.mark.parametrize("kind", list(MAILS))
def test_a_guest_without_an_e_mail_address_gets_no_mail(kind: type[MailedEvent]) -> None:
    reached = mailed(kind)
    unreached = replace(reached, guest_has_email=False)

    assert mail_for(reached, envelope_of(reached)) is not None
    assert mail_for(unreached, envelope_of(unreached)) is None


def test_an_event_stored_before_it_said_so_is_mailed() -> None:
    plain = codec.plain(sample(GuestCheckedIn))
    del plain["guest_has_email"]
    event = codec.typed(plain, GuestCheckedIn)

    assert mail_for(event, envelope_of(event)) is not None
