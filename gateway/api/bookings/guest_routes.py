"""A guest's own booking: look at it, follow it, submit a draft, call it off."""

from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from contracts.bookings import BookingDetail, CancelBooking, GetBooking, SubmitBooking
from gateway.api.bookings import feed as feeds
from gateway.api.bookings import guest_responses as shapes
from gateway.api.bookings import sse
from gateway.api.bookings.requests import GuestCancellation
from gateway.http.fields import NoFields
from gateway.http.paging import After
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("guest", audience=Audience.GUEST, under="/api/public/hotels/{slug}/room-bookings/{booking_id}")


async def shown(request: ApiRequest, booking: BookingDetail) -> Response:
    """The booking as its guest sees it."""
    realtime = await request.app_state.realtime.for_guest(
        booking.booking_id, hotel=booking.hotel, last_sequence=booking.version
    )
    return request.respond(shapes.guest_booking(booking, realtime), version=booking.version)


@routes.get("/", response=shapes.GuestBooking)
async def get_own_booking(request: ApiRequest) -> Response:
    """The guest's booking."""
    return await shown(request, await request.ask(GetBooking(hotel=request.hotel, booking_id=request.booking_id)))


@routes.get("/events/", response=shapes.Feed, audience=Audience.EITHER, stream_type=sse.MEDIA_TYPE)
async def follow_booking(
    request: ApiRequest,
    query: Annotated[After, Query()],
    last_event_id: Annotated[str | None, Header(description="Where a stream goes on.")] = None,
) -> Response:
    """The booking's facts after a number.

    With `Accept: text/event-stream` a live stream, whose ids are the facts' numbers.
    """
    if sse.MEDIA_TYPE in request.headers.get("accept", ""):
        return await sse.streamed(request, after=sse.started_after(last_event_id, query.after))
    found = await sse.facts(request, query.after)
    return request.respond(feeds.feed(found, names=request.caller.kind == "staff"))


@routes.post(
    "/submit/",
    response=shapes.GuestBooking,
    refuses=("SOLD_OUT", "ILLEGAL_TRANSITION", "BOOKING_ENDED", "BEYOND_HORIZON", "UNKNOWN_QUOTE"),
)
async def submit_booking(request: ApiRequest, _: NoFields) -> Response:
    """Turn a draft into a booking that is held and can be paid."""
    return await shown(request, await request.ask(SubmitBooking(hotel=request.hotel, booking_id=request.booking_id)))


@routes.post("/cancel/", response=shapes.GuestBooking, refuses=("DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION"))
async def cancel_own_booking(request: ApiRequest, body: GuestCancellation) -> Response:
    """Call the booking off, with fee and refund by its policy."""
    command = CancelBooking(hotel=request.hotel, booking_id=request.booking_id, reason=body.reason)
    return await shown(request, await request.ask(command))
