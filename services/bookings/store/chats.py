"""Chat messages, and the last message that each side has read."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database.arrays import one_of
from chassis.transactions.store import SqlStore
from contracts.bookings.chat import ChatMessage, ChatSide, ListChats, OpenChat, OpenChats
from contracts.values import Page
from services.bookings.domain.booking import Booking
from services.bookings.domain.chat import ChatPosition
from services.bookings.store.paging import paged
from services.bookings.store.tables import BOOKING, CHAT_MESSAGE, CHAT_READING, GUEST

_MESSAGE = CHAT_MESSAGE.c
_ADD = CHAT_MESSAGE.insert()


class SqlChats(SqlStore):
    """The chat of every booking."""

    def add(self, booking: Booking, message: ChatMessage) -> None:
        """Store a message, and mark every earlier message as read by the sender."""
        row = {"id": message.id, "sender": message.sender, "by": message.by, "text": message.text}
        self._connection.execute(_ADD, {**booking.about, "sent_at": message.sent_at, **row})
        self.read(booking, message.sender, message.id)

    def read(self, booking: Booking, reader: ChatSide, up_to: int) -> None:
        """Store the id of the last message that a side has read, unless a later id is stored already."""
        later = {"read_to": sa.func.greatest(CHAT_READING.c.read_to, up_to)}
        self._connection.execute(
            insert(CHAT_READING)
            .values(**booking.about, reader=reader, read_to=up_to)
            .on_conflict_do_update(index_elements=["hotel", "booking_id", "reader"], set_=later)
        )

    def erase(self, booking: Booking) -> None:
        """Delete every message of the booking."""
        self._connection.execute(CHAT_MESSAGE.delete().where(_of(booking)))

    def position(self, booking: Booking, reader: ChatSide, *, after: int = 0) -> ChatPosition:
        """The position of `reader` in the chat. Its `count` is the number of messages after message id `after`."""
        mine, theirs = (_read_to(booking.hotel, booking.id, side) for side in (reader, _other(reader)))
        unread = sa.func.count().filter(_MESSAGE.sender != reader, _MESSAGE.id > mine)
        row = self._connection.execute(
            sa.select(
                sa.func.count().filter(_MESSAGE.id > after).label("count"),
                unread.label("unread"),
                sa.func.coalesce(sa.func.max(_MESSAGE.id), 0).label("last"),
                theirs.label("read_by_other"),
            ).where(_of(booking))
        ).one()
        return ChatPosition(**row._mapping)

    def messages(self, booking: Booking, reader: ChatSide, *, after: int, page: Page, read_by_other: int) -> Any:
        """A page of the messages after a message id, newest first."""
        rows = self._connection.execute(
            sa.select(_MESSAGE.id, _MESSAGE.sender, _MESSAGE.by, _MESSAGE.text, _MESSAGE.sent_at)
            .where(_of(booking), _MESSAGE.id > after)
            .order_by(_MESSAGE.id.desc())
            .limit(page.page_size)
            .offset((page.page - 1) * page.page_size)
        )
        return tuple(
            ChatMessage(**row._mapping, is_read=row.id <= read_by_other if row.sender == reader else True)
            for row in rows
        )

    def page(self, query: ListChats, live: Sequence[str]) -> OpenChats:
        """A page of the hotel's open chats that have messages, the latest message first."""
        unread = sa.func.count().filter(
            _MESSAGE.sender == ChatSide.GUEST, _MESSAGE.id > _read_to(query.hotel, BOOKING.c.id, ChatSide.STAFF)
        )
        statement = (
            sa.select(
                BOOKING.c.id.label("booking_id"),
                sa.func.concat_ws(" ", GUEST.c.first_name, GUEST.c.last_name).label("guest_name"),
                BOOKING.c.assigned_room_number.label("room_number"),
                unread.label("unread"),
                sa.func.max(_MESSAGE.sent_at).label("last_message_at"),
            )
            .join_from(
                CHAT_MESSAGE, BOOKING, (BOOKING.c.hotel == _MESSAGE.hotel) & (BOOKING.c.id == _MESSAGE.booking_id)
            )
            .join(GUEST, (GUEST.c.hotel == BOOKING.c.hotel) & (GUEST.c.booking_id == BOOKING.c.id))
            .where(_MESSAGE.hotel == query.hotel, one_of(BOOKING.c.status, live))
            .group_by(BOOKING.c.hotel, BOOKING.c.id, GUEST.c.hotel, GUEST.c.booking_id)
        )
        if query.only_unread:
            statement = statement.having(unread > 0)
        chats = statement.subquery()
        latest_first = sa.select(chats).order_by(chats.c.last_message_at.desc(), chats.c.booking_id)
        rows, count = paged(self._connection, latest_first, query.page)
        names = [field.name for field in fields(OpenChat)]
        results = tuple(OpenChat(**{name: row._mapping[name] for name in names}) for row in rows)
        return OpenChats(count=count, results=results)


def _other(side: ChatSide) -> ChatSide:
    return ChatSide.GUEST if side is ChatSide.STAFF else ChatSide.STAFF


def _of(booking: Booking) -> sa.ColumnElement[bool]:
    return (_MESSAGE.hotel == booking.hotel) & (_MESSAGE.booking_id == booking.id)


def _read_to(hotel: str, booking_id: Any, side: ChatSide) -> sa.ColumnElement[int]:
    known = sa.select(CHAT_READING.c.read_to).where(
        CHAT_READING.c.hotel == hotel, CHAT_READING.c.booking_id == booking_id, CHAT_READING.c.reader == side
    )
    return sa.func.coalesce(known.scalar_subquery(), 0)
