"""The outbox on a real database: the relay reads each row as the envelope of its event."""

import asyncio
from uuid import uuid4

import psycopg

from chassis import codec
from chassis.messaging import outbox
from chassis.observability import trace
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM, Context
from tests.interface.chassis.conftest import Owner


async def unpublished(url: str) -> list[outbox.OutboxRow]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return await outbox.read(connection, "bookings", 10)


def test_an_outbox_row_is_read_with_every_attribute_of_its_event(owner: Owner) -> None:
    event = BookingAmended(booking_id="BK-1", hotel="h", fields=("x",), by=SYSTEM)
    with trace.following(trace.started()) as traceparent, owner.unit_of_work.begin(Context(request_id="r-1")) as work:
        work.cause = Envelope(
            id=str(uuid4()), source="rooms", type="rooms.RoomAssigned.v1", subject="BK-1", time=work.now, sequence=1,
            hotel="h", data={}, dataschema="",
        )  # fmt: skip
        event_id = work.publish(event)

    [row] = asyncio.run(unpublished(owner.url))

    assert row.event == Envelope(
        id=str(event_id), source="bookings", type="bookings.BookingAmended.v1", subject="BK-1", time=work.now,
        sequence=1, hotel="h", data=codec.decode(codec.encode(event)), traceparent=traceparent, correlationid="r-1",
        causationid=work.cause.id, dataschema="urn:hotelmate:schema:bookings.BookingAmended.v1",
    )  # fmt: skip
    assert not row.waits
