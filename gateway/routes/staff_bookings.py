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
from gateway.bodies.bookings import Amendment, StaffCancellation, StaffNewBooking
from gateway.bodies.fields import NoFields
from gateway.bodies.filters import BookingFilters
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import bookings as shapes
from gateway.shapes.paging import links
from gateway.shapes.staff import Timeline, timeline

routes = Routes("staff bookings", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings")

TAKES_A_WHILE = 10.0


def shown(call: Call, booking: BookingDetail, *, status: int | None = None) -> Response:
    """The booking as this member of staff sees it."""
    return call.answer(shapes.staff_booking(booking, call.caller.permissions), status=status, version=booking.version)


@routes.get("/", answers=shapes.BookingList, refuses=("INVALID_FILTER", "INVALID_ORDERING"))
async def list_bookings(call: Call, filters: Annotated[BookingFilters, Query()]) -> Response:
    """The hotel's bookings, newest first. Drafts only where asked for."""
    found = await call.ask(filters.query(call.hotel))
    following, before = links(found.count, filters.wanted, call.query_params)
    rows = tuple(shapes.booking_row(row) for row in found.results)
    return call.answer(
        shapes.BookingList(count=found.count, next=following, previous=before, results=rows, counts=found.counts)
    )


@routes.post(
    "/",
    answers=shapes.StaffBooking,
    status=201,
    needs=Permission.MANAGE_BOOKINGS,
    refuses=("SOLD_OUT", "BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "UNKNOWN_QUOTE"),
)
async def create_staff_booking(call: Call, body: StaffNewBooking) -> Response:
    """Book for a guest on the phone or at the desk."""
    made = await call.ask(body.command(call.hotel, source=BookingSource.STAFF, payment=body.payment))
    return shown(call, made.booking)


@routes.get("/{booking_id}/", answers=shapes.StaffBooking)
async def get_booking(call: Call) -> Response:
    """One booking."""
    return shown(call, await call.ask(GetBooking(hotel=call.hotel, booking_id=call.booking_id)))


@routes.patch(
    "/{booking_id}/", answers=shapes.StaffBooking, needs=Permission.MANAGE_BOOKINGS, refuses=("BOOKING_ENDED",)
)
async def amend_booking(call: Call, body: Amendment) -> Response:
    """Change what is noted on a booking."""
    command = AmendBooking(hotel=call.hotel, booking_id=call.booking_id, **body.model_dump(exclude_unset=True))
    return shown(call, await call.ask(command))


@routes.get("/{booking_id}/timeline/", answers=Timeline)
async def get_timeline(call: Call) -> Response:
    """Who did what to the booking, when and why."""
    return call.answer(timeline(await call.ask(GetTimeline(hotel=call.hotel, booking_id=call.booking_id))))


@routes.post(
    "/{booking_id}/cancel/",
    answers=shapes.StaffBooking,
    needs=Permission.MANAGE_BOOKINGS,
    refuses=("DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION", "NOTE_REQUIRED"),
)
async def cancel_booking(call: Call, body: StaffCancellation) -> Response:
    """Call a booking off, with fee and refund by its policy. In house the guest also leaves the room."""
    command = CancelBooking(hotel=call.hotel, booking_id=call.booking_id, reason=body.reason, waive_fee=body.waive_fee)
    return shown(call, await call.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/{booking_id}/refund/retry/",
    answers=shapes.StaffBooking,
    needs=Permission.MANAGE_BOOKINGS,
    refuses=("NO_FAILED_REFUND",),
)
async def retry_refund(call: Call, _: NoFields) -> Response:
    """Have a refund that failed tried again; one that is under way is answered as it is."""
    return shown(call, await call.ask(RetryRefund(hotel=call.hotel, booking_id=call.booking_id)))


@routes.post("/{booking_id}/revoke-guest-token/", answers=shapes.StaffBooking, needs=Permission.MANAGE_BOOKINGS)
async def revoke_guest_token(call: Call, _: NoFields) -> Response:
    """Make the guest's token, and every link mailed so far, open nothing.

    Who held it is thrown out of realtime too; the next mail carries a link to a new one.
    """
    return shown(call, await call.ask(RevokeGuestToken(hotel=call.hotel, booking_id=call.booking_id)))


@routes.post("/{booking_id}/mark-seen/", answers=shapes.StaffBooking, needs=Permission.MANAGE_CHECKIN)
async def mark_seen(call: Call, _: NoFields) -> Response:
    """Note that staff have looked at a new booking."""
    return shown(call, await call.ask(MarkSeen(hotel=call.hotel, booking_id=call.booking_id)))
