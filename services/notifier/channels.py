"""The names of realtime channels: one grammar, by which they are written and read. Nobody else spells a channel."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a channel is for, and so who may listen."""

    HOTEL = "hotel"  # the hotel's staff: bookings and rooms
    STAFF = "staff"  # the hotel's staff: what somebody must act on
    BOOKING = "booking"  # the booking's guest, and its hotel's staff
    ROOM = "room"  # the hotel's staff: one room
    PUBLIC = "public"  # anyone; never a person, never a booking


STAFF_ONLY = frozenset({Kind.HOTEL, Kind.STAFF, Kind.ROOM})

GRAMMAR = {
    Kind.HOTEL: "private-hotel-{hotel}",
    Kind.STAFF: "private-staff-{hotel}",
    Kind.BOOKING: "private-booking-{booking_id}",
    Kind.ROOM: "private-room-{hotel}-{room_number}",
    Kind.PUBLIC: "hotel-{hotel}-public",
}

# Public names that clients from before this grammar listen to. Anyone may, so they carry less.
LEGACY = {
    Kind.HOTEL: ("hotel-{hotel}",),
    Kind.STAFF: ("staff-{hotel}",),
    Kind.BOOKING: ("booking-{booking_id}", "booking.{booking_id}"),
    Kind.ROOM: ("room-{hotel}-{room_number}",),
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
    """One channel, taken apart. What its kind's name does not mention is empty."""

    kind: Kind
    hotel: str = ""
    booking_id: str = ""
    room_number: str = ""

    def __post_init__(self) -> None:
        parts = {name: getattr(self, name) for name in _FORMS}
        wanted = _parts_of(GRAMMAR[self.kind])
        if any(bool(value) != (name in wanted) for name, value in parts.items()):
            raise ValueError(f"a {self.kind} channel is named by {', '.join(sorted(wanted))} alone")
        if not all(_is(name, parts[name]) for name in wanted):
            raise ValueError(f"no {self.kind} channel can be called so")

    @property
    def name(self) -> str:
        """What it is called on the wire."""
        return self._filled(GRAMMAR[self.kind])

    @property
    def legacy_names(self) -> tuple[str, ...]:
        """What old clients call it."""
        return tuple(self._filled(template) for template in LEGACY.get(self.kind, ()))

    def _filled(self, template: str) -> str:
        return template.format(hotel=self.hotel, booking_id=self.booking_id, room_number=self.room_number)


def parse(name: str) -> Channel | None:
    """The channel of that exact name; None where the grammar has no such name. Legacy names are not read."""
    for kind, template in GRAMMAR.items():
        match = _pattern(template).fullmatch(name)
        if match:
            try:
                return Channel(kind=kind, **match.groupdict())
            except ValueError:
                return None
    return None


def is_slug(text: str) -> bool:
    """Whether a hotel can have this slug."""
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
