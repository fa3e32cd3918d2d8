"""A guest's own booking: look at it, follow it, submit a draft, call it off."""

from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from contracts.bookings import BookingDetail, CancelBooking, GetBooking, SubmitBooking
from gateway import live
from gateway.bodies.bookings import GuestCancellation
from gateway.bodies.fields import NoFields
from gateway.bodies.stays import After
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import feed as feeds
from gateway.shapes import guests as shapes

routes = Routes("guest", audience=Audience.GUEST, under="/api/public/hotels/{slug}/room-bookings/{booking_id}")


async def shown(call: Call, booking: BookingDetail) -> Response:
    """The booking as its guest sees it."""
    realtime = await call.tools.realtime.for_guest(
        booking.booking_id, hotel=booking.hotel, last_sequence=booking.version
    )
    return call.answer(shapes.guest_booking(booking, realtime), version=booking.version)


@routes.get("/", answers=shapes.GuestBooking)
async def get_own_booking(call: Call) -> Response:
    """The guest's booking."""
    return await shown(call, await call.ask(GetBooking(hotel=call.hotel, booking_id=call.booking_id)))


@routes.get("/events/", answers=shapes.Feed, audience=Audience.EITHER, streams=live.MEDIA_TYPE)
async def follow_booking(
    call: Call,
    query: Annotated[After, Query()],
    last_event_id: Annotated[str | None, Header(description="Where a stream goes on.")] = None,
) -> Response:
    """The booking's facts after a number.

    With `Accept: text/event-stream` a live stream, whose ids are the facts' numbers.
    """
    if live.MEDIA_TYPE in call.headers.get("accept", ""):
        return await live.streamed(call, after=live.started_after(last_event_id, query.after))
    found = await live.facts(call, query.after)
    return call.answer(feeds.feed(found, names=call.caller.kind == "staff"))


@routes.post(
    "/submit/",
    answers=shapes.GuestBooking,
    refuses=("SOLD_OUT", "ILLEGAL_TRANSITION", "BOOKING_ENDED", "BEYOND_HORIZON", "UNKNOWN_QUOTE"),
)
async def submit_booking(call: Call, _: NoFields) -> Response:
    """Turn a draft into a booking that is held and can be paid."""
    return await shown(call, await call.ask(SubmitBooking(hotel=call.hotel, booking_id=call.booking_id)))


@routes.post("/cancel/", answers=shapes.GuestBooking, refuses=("DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION"))
async def cancel_own_booking(call: Call, body: GuestCancellation) -> Response:
    """Call the booking off, with fee and refund by its policy."""
    command = CancelBooking(hotel=call.hotel, booking_id=call.booking_id, reason=body.reason)
    return await shown(call, await call.ask(command))
