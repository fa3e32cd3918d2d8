"""What guests and staff write to each other, and how far each side has read."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.bookings import ChatMessage, ChatSide, ListChats, OpenChat, OpenChats
from contracts.values import Page
from services.bookings.store.paging import paged
from services.bookings.store.tables import BOOKING, CHAT_MESSAGE, CHAT_READING, GUEST

_SAID = CHAT_MESSAGE.c


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A chat as one side finds it: how many messages after the one asked about, and what they have not read."""

    count: int
    unread: int
    last: int
    read_by_other: int


class Chats:
    """Every chat of every booking."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, booking_id: str, hotel: str, message: ChatMessage) -> None:
        """One more message; who wrote it has read all before it."""
        row = {"id": message.id, "sender": message.sender, "by": message.by, "text": message.text}
        said = CHAT_MESSAGE.insert().values(booking_id=booking_id, hotel=hotel, sent_at=message.sent_at, **row)
        self._connection.execute(said)
        self.read(booking_id, message.sender, message.id)

    def read(self, booking_id: str, reader: ChatSide, up_to: int) -> None:
        """Note how far a side has read; never less than before."""
        row = {"booking_id": booking_id, "reader": reader, "read_to": up_to}
        further = {"read_to": sa.func.greatest(CHAT_READING.c.read_to, up_to)}
        self._connection.execute(
            insert(CHAT_READING)
            .values(row)
            .on_conflict_do_update(index_elements=["booking_id", "reader"], set_=further)
        )

    def erase(self, booking_id: str) -> None:
        """Nothing that was said is kept."""
        self._connection.execute(CHAT_MESSAGE.delete().where(_SAID.booking_id == booking_id))

    def standing(self, booking_id: str, reader: ChatSide, *, after: int = 0) -> Standing:
        """How the chat stands for this side."""
        mine, theirs = (_read_to(booking_id, side) for side in (reader, _other(reader)))
        unread = sa.func.count().filter(_SAID.sender != reader, _SAID.id > mine)
        row = self._connection.execute(
            sa.select(
                sa.func.count().filter(_SAID.id > after).label("count"),
                unread.label("unread"),
                sa.func.coalesce(sa.func.max(_SAID.id), 0).label("last"),
                theirs.label("read_by_other"),
            ).where(_SAID.booking_id == booking_id)
        ).one()
        return Standing(**row._mapping)

    def messages(self, booking_id: str, reader: ChatSide, *, after: int, page: Page, read_by_other: int) -> Any:
        """A page of what was said, newest first; what one side wrote is read once the other has come so far."""
        rows = self._connection.execute(
            sa.select(_SAID.id, _SAID.sender, _SAID.by, _SAID.text, _SAID.sent_at)
            .where(_SAID.booking_id == booking_id, _SAID.id > after)
            .order_by(_SAID.id.desc())
            .limit(page.page_size)
            .offset((page.page - 1) * page.page_size)
        )
        return tuple(
            ChatMessage(**row._mapping, is_read=row.id <= read_by_other if row.sender == reader else True)
            for row in rows
        )

    def listed(self, query: ListChats, live: Sequence[str]) -> OpenChats:
        """A hotel's open chats in which something was said."""
        unread = sa.func.count().filter(
            _SAID.sender == ChatSide.GUEST, _SAID.id > _read_to(BOOKING.c.id, ChatSide.STAFF)
        )
        found = (
            sa.select(
                BOOKING.c.id.label("booking_id"),
                sa.func.concat_ws(" ", GUEST.c.first_name, GUEST.c.last_name).label("guest_name"),
                BOOKING.c.assigned_room_number.label("room_number"),
                unread.label("unread"),
                sa.func.max(_SAID.sent_at).label("last_message_at"),
            )
            .join_from(CHAT_MESSAGE, BOOKING, BOOKING.c.id == _SAID.booking_id)
            .join(GUEST, GUEST.c.booking_id == BOOKING.c.id)
            .where(_SAID.hotel == query.hotel, BOOKING.c.status.in_(live))
            .group_by(BOOKING.c.id, GUEST.c.booking_id)
        )
        if query.only_unread:
            found = found.having(unread > 0)
        chats = found.subquery()
        latest_first = sa.select(chats).order_by(chats.c.last_message_at.desc(), chats.c.booking_id)
        rows, count = paged(self._connection, latest_first, query.page)
        names = [field.name for field in fields(OpenChat)]
        shown = tuple(OpenChat(**{name: row._mapping[name] for name in names}) for row in rows)
        return OpenChats(count=count, results=shown)


def _other(side: ChatSide) -> ChatSide:
    return ChatSide.GUEST if side is ChatSide.STAFF else ChatSide.STAFF


def _read_to(booking_id: Any, side: ChatSide) -> sa.ColumnElement[int]:
    known = sa.select(CHAT_READING.c.read_to).where(
        CHAT_READING.c.booking_id == booking_id, CHAT_READING.c.reader == side
    )
    return sa.func.coalesce(known.scalar_subquery(), 0)
