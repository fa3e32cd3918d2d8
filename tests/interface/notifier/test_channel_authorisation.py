"""Clients may subscribe to their own channels only; signatures are checked by the provider's own rules."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect

from chassis.refusal import Refusal
from contracts.bookings.guest_access import AuthenticateGuest, GuestAccess, GuestTokenRevoked
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import BookingDetail
from contracts.notifier.channel_authorisation import (
    ChannelSignature,
    DescribeRealtime,
    DropUser,
    Realtime,
    SignChannel,
    SignUser,
)
from contracts.values import Caller
from sandbox.pusher.stand_in import PusherStandIn
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, envelope_of, sample

STAFF = Caller(kind="staff", staff_id="7", name="Grace", hotel=HOTEL)
OTHER_STAFF = Caller(kind="staff", staff_id="8", name="Alan", hotel="hotel-killarney-lodge")
GUEST = Caller(kind="guest", guest_token="right")
STRANGER = Caller(kind="guest", guest_token="wrong")
OWN = f"private-booking-{BOOKING}"


@pytest.fixture(autouse=True)
def _bookings_answers(notifier: Notifier) -> None:
    def opens(ask: AuthenticateGuest) -> GuestAccess:
        if notifier.sent_asks[-1][1].caller.guest_token != "right" or ask.booking_id not in (None, BOOKING):
            raise Refusal("INVALID_TOKEN", "no")
        return GuestAccess(booking_id=BOOKING, hotel=HOTEL)

    def booking(ask: GetBooking) -> BookingDetail:
        if (ask.hotel, ask.booking_id) != (HOTEL, BOOKING):
            raise Refusal("BOOKING_NOT_FOUND", "no")
        return sample(BookingDetail)

    notifier.answers |= {AuthenticateGuest: opens, GetBooking: booking}


def refusal(notifier: Notifier, message: Any, caller: Caller) -> str:
    with pytest.raises(Refusal) as refused:
        notifier.answer(message, caller)
    return refused.value.code


@pytest.mark.parametrize(
    ("caller", "channel"),
    [(STAFF, f"private-hotel-{HOTEL}"), (STAFF, f"private-room-{HOTEL}-101"), (STAFF, OWN), (GUEST, OWN)],
)
def test_a_subscription_to_the_callers_own_channel_is_signed_for_the_socket(
    notifier: Notifier, caller: Caller, channel: str
) -> None:

    signed: ChannelSignature = notifier.answer(SignChannel(socket_id="12.34", channel_name=channel), caller)

    expected = hmac.new(b"secret", f"12.34:{channel}".encode(), hashlib.sha256).hexdigest()
    assert signed.auth == f"key:{expected}"


@pytest.mark.parametrize(
    ("caller", "channel"),
    [
        (OTHER_STAFF, f"private-hotel-{HOTEL}"),
        (OTHER_STAFF, f"private-room-{HOTEL}-101"),
        (OTHER_STAFF, OWN),
        (GUEST, "private-booking-BK-2027-ZZZZ99"),
        (GUEST, f"private-hotel-{HOTEL}"),
        (STAFF, f"hotel-{HOTEL}-public"),
    ],
)
def test_a_subscription_to_any_other_channel_is_refused(notifier: Notifier, caller: Caller, channel: str) -> None:
    assert refusal(notifier, SignChannel(socket_id="12.34", channel_name=channel), caller) == "CHANNEL_FORBIDDEN"


@pytest.mark.parametrize("channel", [OWN, f"private-hotel-{HOTEL}", "nonsense"])
def test_a_forged_token_is_an_invalid_token_whatever_the_channel(notifier: Notifier, channel: str) -> None:
    assert refusal(notifier, SignChannel(socket_id="12.34", channel_name=channel), STRANGER) == "INVALID_TOKEN"


def test_a_guest_is_not_found_at_another_hotel(notifier: Notifier) -> None:
    elsewhere = SignChannel(socket_id="12.34", channel_name=OWN, hotel="hotel-killarney-lodge")

    assert refusal(notifier, elsewhere, GUEST) == "BOOKING_NOT_FOUND"
    assert notifier.answer(SignChannel(socket_id="12.34", channel_name=OWN, hotel=HOTEL), GUEST).auth


def test_a_caller_without_token_or_socket_id_is_refused(notifier: Notifier) -> None:
    assert refusal(notifier, SignChannel(socket_id="12.34", channel_name=OWN), Caller()) == "INVALID_TOKEN"
    assert refusal(notifier, SignChannel(socket_id="x", channel_name=OWN), STAFF) == "INVALID_SOCKET_ID"
    assert refusal(notifier, SignUser(socket_id="12.34"), Caller()) == "INVALID_TOKEN"
    assert refusal(notifier, SignUser(socket_id="x"), STAFF) == "INVALID_SOCKET_ID"


def test_users_sign_in_under_ids_without_a_name(notifier: Notifier) -> None:
    staff: ChannelSignature = notifier.answer(SignUser(socket_id="12.34"), STAFF)
    guest: ChannelSignature = notifier.answer(SignUser(socket_id="12.34", booking_id=BOOKING), GUEST)

    assert staff.user_data == '{"id": "staff-7"}'
    assert guest.user_data == f'{{"id": "guest-{BOOKING}"}}'


def test_a_guest_may_sign_in_for_their_own_booking_only(notifier: Notifier) -> None:
    assert refusal(notifier, SignUser(socket_id="12.34", booking_id=BOOKING), STRANGER) == "INVALID_TOKEN"
    assert refusal(notifier, SignUser(socket_id="12.34"), STRANGER) == "INVALID_TOKEN"
    assert refusal(notifier, SignUser(socket_id="12.34", booking_id="BK-2027-ZZZZ99"), GUEST) == "INVALID_TOKEN"


def test_a_guest_who_names_no_booking_signs_in_for_the_tokens_booking(notifier: Notifier) -> None:
    signed: ChannelSignature = notifier.answer(SignUser(socket_id="12.34"), GUEST)

    assert signed.user_data == f'{{"id": "guest-{BOOKING}"}}'


def test_clients_receive_the_providers_address_the_channels_and_the_event_names(
    notifier: Notifier, pusher: PusherStandIn
) -> None:
    realtime: Realtime = notifier.answer(DescribeRealtime(), Caller())

    assert (realtime.key, realtime.host, realtime.port, realtime.secure) == ("key", pusher.host, pusher.port, False)
    assert realtime.booking_channel == "private-booking-{booking_id}"
    assert realtime.staff_channels == ("private-hotel-{hotel}", "private-staff-{hotel}")
    assert realtime.public_channel == "hotel-{hotel}-public"
    assert {"booking_status_changed", "room_assigned", "payment_failed"} <= set(realtime.booking_events)
    assert {"payment_mismatch", "room_status_changed", "notice_gave_up"} <= set(realtime.staff_events)
    assert "payment_mismatch" not in realtime.booking_events


@contextmanager
def signed_in(notifier: Notifier, pusher: PusherStandIn, caller: Caller) -> Iterator[ClientConnection]:
    """A signed-in connection to the push provider."""
    with connect(pusher.ws_url) as socket:
        socket_id = json.loads(json.loads(socket.recv())["data"])["socket_id"]
        signed: ChannelSignature = notifier.answer(SignUser(socket_id=socket_id), caller)
        signing_in = {"auth": signed.auth, "user_data": signed.user_data}
        socket.send(json.dumps({"event": "pusher:signin", "data": signing_in}))
        assert json.loads(socket.recv())["event"] == "pusher:signin_success"
        yield socket


def test_connections_of_staff_whose_token_is_revoked_are_closed(notifier: Notifier, pusher: PusherStandIn) -> None:
    with signed_in(notifier, pusher, STAFF) as socket:
        notifier.answer(DropUser(staff_id="8"), Caller(kind="system"))
        notifier.run("EndConnections")
        socket.send(json.dumps({"event": "pusher:ping", "data": {}}))
        assert json.loads(socket.recv())["event"] == "pusher:pong"

        notifier.answer(DropUser(staff_id="7"), Caller(kind="system"))
        notifier.run("EndConnections")

        with pytest.raises(ConnectionClosedError, match="4009"):
            list(socket)


def test_connections_of_a_guest_whose_token_is_revoked_are_closed(notifier: Notifier, pusher: PusherStandIn) -> None:
    with signed_in(notifier, pusher, GUEST) as socket:
        notifier.deliver(envelope_of(sample(GuestTokenRevoked)))
        notifier.run("EndConnections")

        with pytest.raises(ConnectionClosedError, match="4009"):
            list(socket)
