"""A guest's booking: create, look up, read, follow, submit and cancel."""

from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from contracts.bookings.asks import CancelBooking, CreateBooking, SubmitBooking
from contracts.bookings.lookups import LookUpBookings
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingSource
from gateway.api.bookings import sse
from gateway.api.bookings.guest_responses import body_for_guest, respond_to_guest
from gateway.api.bookings.requests import FeedQuery, GuestCancellation, LookupQuery, NewBooking
from gateway.api.bookings.responses import (
    EventFeed,
    GuestBooking,
    GuestBookingWithToken,
    LookupResult,
    feed,
    found_bookings,
)
from gateway.http.fields import FromQuery, NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes, guest_routes
from gateway.http.status_codes import NOT_FOR_A_CARD
from gateway.identity.admission import Audience

public = Routes("bookings", audience=Audience.PUBLIC, under="/api/public/hotels/{slug}/room-bookings")
lookup = Routes("bookings", audience=Audience.LOOKUP, under="/api/bookings")
guest = guest_routes("guest", response=GuestBooking)


@public.post(
    "/",
    response=GuestBookingWithToken,
    status=201,
    refuses=(
        "SOLD_OUT", "TOO_MANY_HOLDS", "BEYOND_HORIZON", "STAY_TOO_LONG", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO",
        "UNKNOWN_QUOTE", *NOT_FOR_A_CARD,
    ),
)  # fmt: skip
async def create_booking(request: ApiRequest, body: NewBooking) -> Response:
    """Create a booking.

    Holds the nights until `expires_at`, and until `pay_until` once a payment page was opened. A draft holds
    nothing. A booking whose total is zero needs no payment and waits for the hotel's approval. The response
    contains the guest's token.
    """
    command = request.for_path(CreateBooking, source=BookingSource.ONLINE, caps=request.hold_caps, **body.values)
    created = await request.ask(command)
    booking = created.booking
    location = f"/api/public/hotels/{booking.hotel}/room-bookings/{booking.booking_id}/"
    content = await body_for_guest(request, booking, guest_token=created.guest_token)
    return request.respond(content, version=booking.version, headers={"Location": location})


@lookup.get("/lookup/", response=LookupResult, refuses=("MISSING_FIELD",))
async def look_up_bookings(request: ApiRequest, query: FromQuery[LookupQuery]) -> Response:
    """Look up bookings.

    With e-mail address and confirmation number, returns the guest's view of the booking, without secrets. With a
    confirmation number alone, returns status, hotel and dates. With an e-mail address alone, always returns an empty
    list; links to matching bookings are mailed to the address, at most once in ten minutes.
    """
    reply = await request.ask(LookUpBookings(**query.model_dump()))
    return request.respond(found_bookings(reply))


@guest.get("/")
async def get_own_booking(request: ApiRequest) -> Response:
    """Retrieve the guest's booking."""
    return await respond_to_guest(request, await request.ask(request.for_path(GetBooking)))


@guest.get("/events/", response=EventFeed, audience=Audience.EITHER, stream_type=sse.MEDIA_TYPE)
async def follow_booking(
    request: ApiRequest,
    query: FromQuery[FeedQuery],
    last_event_id: Annotated[str | None, Header(description="The id of the last event that a stream sent.")] = None,
) -> Response:
    """List the events of a booking.

    Returns the events after a sequence number. With `Accept: text/event-stream` the response is a live stream, whose
    ids are sequence numbers.
    """
    if sse.MEDIA_TYPE in request.headers.get("accept", ""):
        return await sse.stream(request, after=sse.resume_after(last_event_id, query.after))
    events = await sse.read_feed(request, query.after)
    return request.respond(feed(events, await sse.names_in(request, events.events)))


@guest.post(
    "/submit/",
    refuses=(
        "SOLD_OUT", "TOO_MANY_HOLDS", "ILLEGAL_TRANSITION", "BOOKING_ENDED", "BEYOND_HORIZON", "UNKNOWN_QUOTE",
        *NOT_FOR_A_CARD,
    ),
)  # fmt: skip
async def submit_booking(request: ApiRequest, _: NoFields) -> Response:
    """Submit a draft. Holds the nights of the draft, so that the guest can pay."""
    return await respond_to_guest(request, await request.ask(request.for_path(SubmitBooking, caps=request.hold_caps)))


@guest.post("/cancel/", refuses=("DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION"))
async def cancel_own_booking(request: ApiRequest, body: GuestCancellation) -> Response:
    """Cancel the guest's booking. The booking's policy determines fee and refund."""
    return await respond_to_guest(request, await request.ask(request.for_path(CancelBooking, reason=body.reason)))
