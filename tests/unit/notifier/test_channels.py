"""The grammar of channel names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.channels import Channel, Kind, is_slug, parse

slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,5}", fullmatch=True).filter(is_slug)
booking_ids = st.from_regex(r"BK-20[0-9]{2}-[A-Z0-9]{6}", fullmatch=True)
room_numbers = st.from_regex(r"[A-Za-z0-9]{1,10}", fullmatch=True).filter(
    lambda number: number not in {"checkout", "rooms", "availability"}
)
channels = st.one_of(
    st.builds(Channel, kind=st.sampled_from([Kind.HOTEL, Kind.STAFF, Kind.PUBLIC]), hotel=slugs),
    st.builds(Channel, kind=st.just(Kind.BOOKING), booking_id=booking_ids),
    st.builds(Channel, kind=st.just(Kind.ROOM), hotel=slugs, room_number=room_numbers),
)


@given(channels)
def test_what_is_written_is_read_back(channel: Channel) -> None:
    assert parse(channel.name) == channel


@given(st.lists(channels, min_size=2, max_size=2, unique=True))
def test_two_channels_never_share_a_name_old_ones_included(pair: list[Channel]) -> None:
    one, other = ({channel.name, *channel.legacy_names} for channel in pair)

    assert not one & other


@given(channels)
def test_a_name_is_only_read_whole(channel: Channel) -> None:
    for name in (f" {channel.name}", f"{channel.name}\n", f"x{channel.name}", f"{channel.name}-", channel.name.upper()):
        assert parse(name) is None


@given(channels)
def test_the_push_provider_takes_every_name(channel: Channel) -> None:
    for name in (channel.name, *channel.legacy_names):
        assert len(name) <= 164
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_=@,.;") for letter in name)


def test_slugs_that_begin_alike_are_told_apart() -> None:
    assert parse("private-hotel-grand") == Channel(kind=Kind.HOTEL, hotel="grand")
    assert parse("private-hotel-grand-hotel") == Channel(kind=Kind.HOTEL, hotel="grand-hotel")
    assert parse("private-room-grand-101") == Channel(kind=Kind.ROOM, hotel="grand", room_number="101")
    assert parse("private-room-grand-101-7") == Channel(kind=Kind.ROOM, hotel="grand-101", room_number="7")


def test_the_names_are_those_that_clients_know() -> None:
    room = Channel(kind=Kind.ROOM, hotel="hotel-killarney", room_number="101")
    booking = Channel(kind=Kind.BOOKING, booking_id="BK-2025-0002")

    assert room.name == "private-room-hotel-killarney-101"
    assert room.legacy_names == ("room-hotel-killarney-101",)
    assert booking.name == "private-booking-BK-2025-0002"
    assert booking.legacy_names == ("booking-BK-2025-0002", "booking.BK-2025-0002")
    assert Channel(kind=Kind.HOTEL, hotel="hotel-killarney").legacy_names == ("hotel-hotel-killarney",)
    assert Channel(kind=Kind.PUBLIC, hotel="hotel-killarney").name == "hotel-hotel-killarney-public"
    assert Channel(kind=Kind.PUBLIC, hotel="hotel-killarney").legacy_names == ()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "private-hotel-",
        "private-hotel-Grand",
        "private-hotel-a--b",
        "private-hotel--a",
        "private-hotel-grand-public",
        "private-hotel-me",
        "private-hotel-room-bookings",
        f"private-hotel-{'a' * 51}",
        "private-hotel-grand,private-hotel-other",
        "private-booking-BK-25-ABC234",
        "private-booking-BK-2025-abc234",
        "private-booking-BK-2025-ABC234-private-staff-x",
        "private-booking-BK-٢٠٢٥-ABC234",
        "private-room-grand",
        "private-room-grand-rooms",
        "private-room-grand-12345678901",
        "presence-hotel-grand",
        "hotel-grand",
        "staff-grand",
        "booking-BK-2025-ABC234",
    ],
)
def test_anything_else_is_no_channel(name: str) -> None:
    assert parse(name) is None


def test_a_channel_needs_what_its_name_mentions_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="booking_id alone"):
        Channel(kind=Kind.BOOKING, hotel="grand", booking_id="BK-2025-ABC234")
    with pytest.raises(ValueError, match="alone"):
        Channel(kind=Kind.ROOM, hotel="grand")
