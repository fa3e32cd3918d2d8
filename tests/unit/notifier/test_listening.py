"""Who may listen, as far as their proof tells."""

import pytest

from chassis.refusal import Refusal
from contracts.values import Caller
from services.notifier.domain import check_channel, user_of

STAFF = Caller(kind="staff", staff_id="7", hotel="grand")
GUEST = Caller(kind="guest", guest_token="t")


def refused(caller: Caller, channel: str, socket_id: str = "1.2") -> str:
    with pytest.raises(Refusal) as refusal:
        check_channel(caller, socket_id=socket_id, channel_name=channel)
    return refusal.value.code


@pytest.mark.parametrize("name", ["private-hotel-grand", "private-staff-grand", "private-room-grand-101"])
def test_staff_listen_to_their_own_hotel_and_guests_do_not(name: str) -> None:
    assert check_channel(STAFF, socket_id="123.456", channel_name=name).name == name
    assert refused(GUEST, name) == "CHANNEL_FORBIDDEN"


@pytest.mark.parametrize(
    "name",
    [
        "private-hotel-grand-hotel",
        "private-hotel-gran",
        "private-room-grand-hotel-101",
        "private-staff-other",
        "hotel-grand-public",
        "hotel-grand",
        "private-anything",
        "presence-hotel-grand",
        "private-hotel-grand\n",
    ],
)
def test_staff_listen_to_nothing_else(name: str) -> None:
    assert refused(STAFF, name) == "CHANNEL_FORBIDDEN"


def test_a_slug_that_looks_like_hotel_and_room_is_not_the_other_hotel() -> None:
    inner = Caller(kind="staff", staff_id="8", hotel="grand-101")

    assert refused(STAFF, "private-room-grand-101-7") == "CHANNEL_FORBIDDEN"
    assert check_channel(inner, socket_id="1.2", channel_name="private-room-grand-101-7").room_number == "7"


def test_nobody_in_particular_is_asked_to_sign_in() -> None:
    assert refused(Caller(), "private-hotel-grand") == "INVALID_TOKEN"
    assert refused(Caller(kind="system"), "private-hotel-grand") == "INVALID_TOKEN"


@pytest.mark.parametrize("socket_id", ["", "1", "1.", ".1", "1.2.3", "1.2\n", "a.b", "1.2:private-x", "١.٢"])
def test_a_socket_id_is_two_numbers(socket_id: str) -> None:
    assert refused(STAFF, "private-hotel-grand", socket_id) == "INVALID_SOCKET_ID"


def test_users_are_known_by_ids_that_name_nobody() -> None:
    assert user_of(STAFF, booking_id=None) == "staff-7"
    assert user_of(GUEST, booking_id="BK-2027-ABC234") == "guest-BK-2027-ABC234"
    with pytest.raises(Refusal) as refusal:
        user_of(GUEST, booking_id=None)
    assert refusal.value.code == "INVALID_TOKEN"
