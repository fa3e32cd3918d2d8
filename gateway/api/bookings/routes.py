"""A hotel's bookings for its staff: list, make, look, amend, call off."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import (
    AmendBooking,
    BookingDetail,
    BookingSource,
    CancelBooking,
    GetBooking,
    GetTimeline,
    MarkSeen,
    RetryRefund,
    RevokeGuestToken,
)
from contracts.values import Permission
from gateway.api.access.responses import Timeline, timeline
from gateway.api.bookings import responses as shapes
from gateway.api.bookings.filters import BookingFilters
from gateway.api.bookings.requests import Amendment, StaffCancellation, StaffNewBooking
from gateway.http.fields import NoFields
from gateway.http.pages import links
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("staff bookings", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings")

TAKES_A_WHILE = 10.0


def shown(request: ApiRequest, booking: BookingDetail, *, status: int | None = None) -> Response:
    """The booking as this member of staff sees it."""
    return request.respond(
        shapes.staff_booking(booking, request.caller.permissions), status=status, version=booking.version
    )


@routes.get("/", response=shapes.BookingList, refuses=("INVALID_FILTER", "INVALID_ORDERING"))
async def list_bookings(request: ApiRequest, filters: Annotated[BookingFilters, Query()]) -> Response:
    """The hotel's bookings, newest first. Drafts only where asked for."""
    found = await request.ask(filters.query(request.hotel))
    following, before = links(found.count, filters.wanted, request.query_params)
    rows = tuple(shapes.booking_row(row) for row in found.results)
    return request.respond(
        shapes.BookingList(count=found.count, next=following, previous=before, results=rows, counts=found.counts)
    )


@routes.post(
    "/",
    response=shapes.StaffBooking,
    status=201,
    needs=Permission.MANAGE_BOOKINGS,
    refuses=("SOLD_OUT", "BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "UNKNOWN_QUOTE"),
)
async def create_staff_booking(request: ApiRequest, body: StaffNewBooking) -> Response:
    """Book for a guest on the phone or at the desk."""
    made = await request.ask(body.command(request.hotel, source=BookingSource.STAFF, payment=body.payment))
    return shown(request, made.booking)


@routes.get("/{booking_id}/", response=shapes.StaffBooking)
async def get_booking(request: ApiRequest) -> Response:
    """One booking."""
    return shown(request, await request.ask(GetBooking(hotel=request.hotel, booking_id=request.booking_id)))


@routes.patch(
    "/{booking_id}/", response=shapes.StaffBooking, needs=Permission.MANAGE_BOOKINGS, refuses=("BOOKING_ENDED",)
)
async def amend_booking(request: ApiRequest, body: Amendment) -> Response:
    """Change what is noted on a booking."""
    command = AmendBooking(hotel=request.hotel, booking_id=request.booking_id, **body.model_dump(exclude_unset=True))
    return shown(request, await request.ask(command))


@routes.get("/{booking_id}/timeline/", response=Timeline)
async def get_timeline(request: ApiRequest) -> Response:
    """Who did what to the booking, when and why."""
    return request.respond(timeline(await request.ask(GetTimeline(hotel=request.hotel, booking_id=request.booking_id))))


@routes.post(
    "/{booking_id}/cancel/",
    response=shapes.StaffBooking,
    needs=Permission.MANAGE_BOOKINGS,
    refuses=("DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION", "NOTE_REQUIRED"),
)
async def cancel_booking(request: ApiRequest, body: StaffCancellation) -> Response:
    """Call a booking off, with fee and refund by its policy. In house the guest also leaves the room."""
    command = CancelBooking(
        hotel=request.hotel, booking_id=request.booking_id, reason=body.reason, waive_fee=body.waive_fee
    )
    return shown(request, await request.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/{booking_id}/refund/retry/",
    response=shapes.StaffBooking,
    needs=Permission.MANAGE_BOOKINGS,
    refuses=("NO_FAILED_REFUND",),
)
async def retry_refund(request: ApiRequest, _: NoFields) -> Response:
    """Have a refund that failed tried again; one that is under way is answered as it is."""
    return shown(request, await request.ask(RetryRefund(hotel=request.hotel, booking_id=request.booking_id)))


@routes.post("/{booking_id}/revoke-guest-token/", response=shapes.StaffBooking, needs=Permission.MANAGE_BOOKINGS)
async def revoke_guest_token(request: ApiRequest, _: NoFields) -> Response:
    """Make the guest's token, and every link mailed so far, open nothing.

    Who held it is thrown out of realtime too; the next mail carries a link to a new one.
    """
    return shown(request, await request.ask(RevokeGuestToken(hotel=request.hotel, booking_id=request.booking_id)))


@routes.post("/{booking_id}/mark-seen/", response=shapes.StaffBooking, needs=Permission.MANAGE_CHECKIN)
async def mark_seen(request: ApiRequest, _: NoFields) -> Response:
    """Note that staff have looked at a new booking."""
    return shown(request, await request.ask(MarkSeen(hotel=request.hotel, booking_id=request.booking_id)))
