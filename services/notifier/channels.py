"""The names of realtime channels, written and parsed by one grammar. No other module spells a channel name."""

import re
from dataclasses import dataclass
from enum import StrEnum


class ChannelKind(StrEnum):
    """The kinds of channel, with their subscribers and contents."""

    HOTEL = "hotel"  # the hotel's staff: bookings and rooms
    STAFF = "staff"  # the hotel's staff: what somebody must act on
    BOOKING = "booking"  # the booking's guest, and its hotel's staff
    ROOM = "room"  # the hotel's staff: one room
    PUBLIC = "public"  # anyone; never a person, never a booking


STAFF_ONLY = frozenset({ChannelKind.HOTEL, ChannelKind.STAFF, ChannelKind.ROOM})

GRAMMAR = {
    ChannelKind.HOTEL: "private-hotel-{hotel}",
    ChannelKind.STAFF: "private-staff-{hotel}",
    ChannelKind.BOOKING: "private-booking-{booking_id}",
    ChannelKind.ROOM: "private-room-{hotel}-{room_number}",
    ChannelKind.PUBLIC: "hotel-{hotel}-public",
}

# Public names that old clients subscribe to. Anyone may subscribe, so these channels carry fewer fields.
LEGACY = {
    ChannelKind.HOTEL: ("hotel-{hotel}",),
    ChannelKind.STAFF: ("staff-{hotel}",),
    ChannelKind.BOOKING: ("booking-{booking_id}", "booking.{booking_id}"),
    ChannelKind.ROOM: ("room-{hotel}-{room_number}",),
}

_FORMS = {
    "hotel": r"[a-z0-9]+(?:-[a-z0-9]+)*",
    "booking_id": r"BK-[0-9]{4}-[A-Z0-9]{4,12}",
    "room_number": r"[A-Za-z0-9]{1,10}",
}
_NO_SLUGS = {"hotel", "hotels", "login", "logout", "me", "room-bookings"}
_NO_ROOMS = {"checkout", "rooms", "availability"}
_LONGEST_SLUG = 50


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A parsed channel name. A field that does not occur in names of the channel's `kind` is empty."""

    kind: ChannelKind
    hotel: str = ""
    booking_id: str = ""
    room_number: str = ""

    def __post_init__(self) -> None:
        parts = {name: getattr(self, name) for name in _FORMS}
        required = _parts_of(GRAMMAR[self.kind])
        if any(bool(value) != (name in required) for name, value in parts.items()):
            raise ValueError(f"a {self.kind} channel is named by {', '.join(sorted(required))} alone")
        if not all(_is(name, parts[name]) for name in required):
            raise ValueError(f"invalid part in the name of a {self.kind} channel")

    @property
    def name(self) -> str:
        """The channel's name on the wire."""
        return self._filled(GRAMMAR[self.kind])

    @property
    def legacy_names(self) -> tuple[str, ...]:
        """The names under which old clients subscribe to the channel."""
        return tuple(self._filled(template) for template in LEGACY.get(self.kind, ()))

    def _filled(self, template: str) -> str:
        return template.format(hotel=self.hotel, booking_id=self.booking_id, room_number=self.room_number)


def parse(name: str) -> Channel | None:
    """The channel with exactly this name, or None. A legacy name gives None, too."""
    for kind, template in GRAMMAR.items():
        match = _pattern(template).fullmatch(name)
        if match:
            try:
                return Channel(kind=kind, **match.groupdict())
            except ValueError:
                return None
    return None


def is_slug(text: str) -> bool:
    """Whether the text is a valid hotel slug."""
    return _is("hotel", text)


def _is(part: str, text: str) -> bool:
    if not re.fullmatch(_FORMS[part], text):
        return False
    if part == "hotel":
        return len(text) <= _LONGEST_SLUG and not text.endswith("-public") and text not in _NO_SLUGS
    return part != "room_number" or text not in _NO_ROOMS


def _parts_of(template: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", template))


def _pattern(template: str) -> re.Pattern[str]:
    literal_and_parts = re.split(r"{(\w+)}", template)
    return re.compile(
        "".join(
            f"(?P<{piece}>{_FORMS[piece]})" if index % 2 else re.escape(piece)
            for index, piece in enumerate(literal_and_parts)
        )
    )
