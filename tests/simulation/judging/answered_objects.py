"""I14 by objects: orders, messages, payment pages, blocks, rooms and settings in answers to commands are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from contracts.bookings.bulk_check_out import CheckOutRooms
from contracts.bookings.chat import ChatMessage
from contracts.bookings.communications import Communication
from contracts.bookings.orders import Order
from contracts.payments.checkout_sessions import PaymentSession
from contracts.rooms.blocks import RoomBlock
from contracts.rooms.rooms import RoomView
from contracts.rooms.settings import OperatingSettings
from tests.simulation.judging.judged_world import Breach, JudgedWorld


class ObjectKind(NamedTuple):
    """A kind of object that a service stores.

    `key` returns what identifies an object, from a command and its reply: values for the columns of the row `answered`.
    `stored` selects the stored row of that object.
    """

    what: str
    service: str
    columns: tuple[str, ...]
    key: Callable[[Any, Any], tuple[Any, ...]]
    stored: str


KINDS: Mapping[type[Any], ObjectKind] = {
    Order: ObjectKind(
        "the order",
        "bookings",
        ("id",),
        lambda _, order: (order.id,),
        "SELECT FROM room_order WHERE room_order.id = answered.id",
    ),
    Communication: ObjectKind(
        "the communication",
        "bookings",
        ("id",),
        lambda _, communication: (communication.id,),
        "SELECT FROM communication WHERE notice_id = answered.id",
    ),
    ChatMessage: ObjectKind(
        "the chat message",
        "bookings",
        ("booking_id", "number"),
        lambda command, message: (command.booking_id, message.id),
        "SELECT FROM chat_message AS c WHERE (c.booking_id, c.id) = (answered.booking_id, answered.number)",
    ),
    PaymentSession: ObjectKind(
        "the payment session",
        "payments",
        ("id",),
        lambda _, session: (session.session_id,),
        "SELECT FROM payment WHERE session_id = answered.id",
    ),
    RoomBlock: ObjectKind(
        "the block",
        "rooms",
        ("id",),
        lambda _, block: (str(block.id),),
        "SELECT FROM outbox WHERE type = 'rooms.RoomBlocked.v1' AND data ->> 'block_id' = answered.id",
    ),
    RoomView: ObjectKind(
        "the room",
        "rooms",
        ("hotel", "room", "version"),
        lambda command, room: (command.hotel, room.room_number, room.version),
        "SELECT FROM room AS r WHERE (r.hotel, r.room_number) = (answered.hotel, answered.room) "
        "AND r.version >= answered.version",
    ),
    OperatingSettings: ObjectKind(
        "the settings",
        "rooms",
        ("hotel", "version"),
        lambda command, settings: (command.hotel, settings.version),
        "SELECT FROM hotel AS h WHERE h.slug = answered.hotel AND h.version >= answered.version",
    ),
}
ERASABLE = (Order, ChatMessage)  # by a destructive check-out
_MISSING = "SELECT * FROM unnest({arrays}) AS answered ({columns}) WHERE NOT EXISTS ({stored}) ORDER BY {columns}"


class AnsweredObjects:
    """The objects that clients were answered. `keys` has the keys of each kind, by the type of the reply."""

    def __init__(self) -> None:
        self.keys: dict[type[Any], set[tuple[Any, ...]]] = {}
        self._erased = False

    def remember(self, command: Any, outcome: Any) -> None:
        """Remember the object in an answer; a destructive check-out may erase objects whatever came of it."""
        self._erased = self._erased or (isinstance(command, CheckOutRooms) and command.destructive)
        if kind := KINDS.get(type(outcome)):
            self.keys.setdefault(type(outcome), set()).add(kind.key(command, outcome))

    def missing(self, world: JudgedWorld) -> Iterator[Breach]:
        """The objects that are not stored, at rest."""
        for reply_type, kind in KINDS.items():
            keys = self.keys.get(reply_type)
            if not keys or (self._erased and reply_type in ERASABLE):
                continue
            arrays, columns = ", ".join(f"%({name})s" for name in kind.columns), ", ".join(kind.columns)
            statement = _MISSING.format(arrays=arrays, columns=columns, stored=kind.stored)
            values = dict(zip(kind.columns, map(list, zip(*keys, strict=True)), strict=True))
            for row in world.sql(kind.service, statement, **values):
                yield Breach("I14", f"{kind.what} {'/'.join(map(str, row.values()))} was answered and is not there")
