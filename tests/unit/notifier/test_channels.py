"""The grammar of channel names: writing and parsing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.channels import Channel, ChannelKind, is_slug, parse

slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,5}", fullmatch=True).filter(is_slug)
booking_ids = st.from_regex(r"BK-20[0-9]{2}-([A-Z0-9]{6}|[A-Z0-9]{8})", fullmatch=True)
room_numbers = st.from_regex(r"[A-Za-z0-9]{1,10}", fullmatch=True).filter(
    lambda number: number not in {"checkout", "rooms", "availability"}
)
channels = st.one_of(
    st.builds(Channel, kind=st.sampled_from([ChannelKind.HOTEL, ChannelKind.STAFF, ChannelKind.PUBLIC]), hotel=slugs),
    st.builds(Channel, kind=st.just(ChannelKind.BOOKING), booking_id=booking_ids),
    st.builds(Channel, kind=st.just(ChannelKind.ROOM), hotel=slugs, room_number=room_numbers),
)


@given(channels)
def test_a_channel_name_is_parsed_back_to_its_channel(channel: Channel) -> None:
    assert parse(channel.name) == channel


@given(st.lists(channels, min_size=2, max_size=2, unique=True))
def test_two_channels_never_share_a_name_or_legacy_name(pair: list[Channel]) -> None:
    one, other = ({channel.name, *channel.legacy_names} for channel in pair)

    assert not one & other


@given(channels)
def test_a_channel_name_with_anything_before_or_after_it_is_not_parsed(channel: Channel) -> None:
    for name in (f" {channel.name}", f"{channel.name}\n", f"x{channel.name}", f"{channel.name}-", channel.name.upper()):
        assert parse(name) is None


@given(channels)
def test_every_channel_name_is_valid_at_the_push_provider(channel: Channel) -> None:
    for name in (channel.name, *channel.legacy_names):
        assert len(name) <= 164
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_=@,.;") for letter in name)


def test_slugs_with_a_common_prefix_are_parsed_to_their_own_hotels() -> None:
    assert parse("private-hotel-grand") == Channel(kind=ChannelKind.HOTEL, hotel="grand")
    assert parse("private-hotel-grand-hotel") == Channel(kind=ChannelKind.HOTEL, hotel="grand-hotel")
    assert parse("private-room-grand-101") == Channel(kind=ChannelKind.ROOM, hotel="grand", room_number="101")
    assert parse("private-room-grand-101-7") == Channel(kind=ChannelKind.ROOM, hotel="grand-101", room_number="7")


def test_channel_names_are_those_that_clients_bind_to() -> None:
    room = Channel(kind=ChannelKind.ROOM, hotel="hotel-killarney", room_number="101")
    booking = Channel(kind=ChannelKind.BOOKING, booking_id="BK-2025-0002")

    assert room.name == "private-room-hotel-killarney-101"
    assert room.legacy_names == ("room-hotel-killarney-101",)
    assert booking.name == "private-booking-BK-2025-0002"
    assert booking.legacy_names == ("booking-BK-2025-0002", "booking.BK-2025-0002")
    assert Channel(kind=ChannelKind.HOTEL, hotel="hotel-killarney").legacy_names == ("hotel-hotel-killarney",)
    assert Channel(kind=ChannelKind.PUBLIC, hotel="hotel-killarney").name == "hotel-hotel-killarney-public"
    assert Channel(kind=ChannelKind.PUBLIC, hotel="hotel-killarney").legacy_names == ()


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
def test_a_name_outside_the_grammar_is_not_parsed(name: str) -> None:
    assert parse(name) is None


def test_a_channel_takes_exactly_the_parts_of_its_kinds_name() -> None:
    with pytest.raises(ValueError, match="booking_id alone"):
        Channel(kind=ChannelKind.BOOKING, hotel="grand", booking_id="BK-2025-ABC234")
    with pytest.raises(ValueError, match="alone"):
        Channel(kind=ChannelKind.ROOM, hotel="grand")
