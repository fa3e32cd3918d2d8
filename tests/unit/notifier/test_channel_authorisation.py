"""Which channels a caller may subscribe to, by the caller's own credentials."""

import pytest

from chassis.refusal import Refusal
from contracts.values import Caller
from services.notifier.domain.channel_authorisation import check_channel, user_of

STAFF = Caller(kind="staff", staff_id="7", hotel="grand")
GUEST = Caller(kind="guest", guest_token="t")


def refusal_code(caller: Caller, channel: str, socket_id: str = "1.2") -> str:
    with pytest.raises(Refusal) as refusal:
        check_channel(caller, socket_id=socket_id, channel_name=channel)
    return refusal.value.code


@pytest.mark.parametrize("name", ["private-hotel-grand", "private-staff-grand", "private-room-grand-101"])
def test_staff_may_subscribe_to_their_own_hotel_and_guests_may_not(name: str) -> None:
    assert check_channel(STAFF, socket_id="123.456", channel_name=name).name == name
    assert refusal_code(GUEST, name) == "CHANNEL_FORBIDDEN"


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
def test_staff_may_subscribe_to_no_other_channel(name: str) -> None:
    assert refusal_code(STAFF, name) == "CHANNEL_FORBIDDEN"


def test_a_slug_that_looks_like_another_hotels_room_belongs_to_its_own_hotel() -> None:
    inner = Caller(kind="staff", staff_id="8", hotel="grand-101")

    assert refusal_code(STAFF, "private-room-grand-101-7") == "CHANNEL_FORBIDDEN"
    assert check_channel(inner, socket_id="1.2", channel_name="private-room-grand-101-7").room_number == "7"


def test_a_caller_without_identity_is_refused_with_invalid_token() -> None:
    assert refusal_code(Caller(), "private-hotel-grand") == "INVALID_TOKEN"
    assert refusal_code(Caller(kind="system"), "private-hotel-grand") == "INVALID_TOKEN"


@pytest.mark.parametrize("socket_id", ["", "1", "1.", ".1", "1.2.3", "1.2\n", "a.b", "1.2:private-x", "١.٢"])
def test_a_socket_id_that_is_not_two_numbers_is_refused(socket_id: str) -> None:
    assert refusal_code(STAFF, "private-hotel-grand", socket_id) == "INVALID_SOCKET_ID"


def test_user_ids_contain_no_name() -> None:
    assert user_of(STAFF, booking_id=None) == "staff-7"
    assert user_of(GUEST, booking_id="BK-2027-ABC234") == "guest-BK-2027-ABC234"
    with pytest.raises(Refusal) as refusal:
        user_of(GUEST, booking_id=None)
    assert refusal.value.code == "INVALID_TOKEN"
