"""A hotel's bookings for its staff: list, create, change, cancel, and decide."""

from starlette.responses import Response

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking, CreateBooking
from contracts.bookings.guest_access import RevokeGuestToken
from contracts.bookings.queries import GetBooking, GetTimeline, ListBookings
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.status import BookingSource
from contracts.bookings.views import Timeline
from contracts.values import Permission
from gateway.api.bookings.approval import approve
from gateway.api.bookings.commands import SEVERAL_SERVICES, change_booking, respond_to_staff
from gateway.api.bookings.filters import BookingFilters
from gateway.api.bookings.requests import BookingChanges, Decline, StaffCancellation, StaffNewBooking
from gateway.api.bookings.responses import StaffBooking, StaffBookingPage, StaffBookingRow
from gateway.http.fields import FromQuery, NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes
from gateway.http.status_codes import NOT_FOR_A_CARD
from gateway.http.views import view

routes = staff_routes("staff bookings", "/room-bookings", response=StaffBooking)

MANAGE, APPROVE = Permission.MANAGE_BOOKINGS, Permission.APPROVE
NOT_LOCKED = ("NO_ROOM_ASSIGNED", "BOOKING_ALREADY_CHECKED_IN", "BOOKING_STATUS_NOT_ASSIGNABLE", "ACTION_IN_PROGRESS")
ILLEGAL = ("ILLEGAL_TRANSITION", "BOOKING_ENDED")


@routes.get("/", response=StaffBookingPage, refuses=("INVALID_FILTER", "INVALID_ORDERING"))
async def list_bookings(request: ApiRequest, filters: FromQuery[BookingFilters]) -> Response:
    """List bookings. The newest comes first by default. Drafts are included only if `status` names them."""
    reply = await request.ask(request.for_path(ListBookings, **filters.values))
    rows, counts = reply.results, reply.counts
    return request.respond_page(StaffBookingRow.of, rows, count=reply.count, paging=filters, counts=counts)


@routes.post(
    "/",
    status=201,
    needs=MANAGE,
    refuses=("SOLD_OUT", "BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "UNKNOWN_QUOTE", *NOT_FOR_A_CARD),
)
async def create_staff_booking(request: ApiRequest, body: StaffNewBooking) -> Response:
    """Create a booking for a guest."""
    command = request.for_path(CreateBooking, source=BookingSource.STAFF, **body.values)
    return respond_to_staff(request, (await request.ask(command)).booking)


@routes.get("/{booking_id}/")
async def get_booking(request: ApiRequest) -> Response:
    """Retrieve a booking."""
    return respond_to_staff(request, await request.ask(request.for_path(GetBooking)))


@routes.patch("/{booking_id}/", needs=MANAGE, refuses=("BOOKING_ENDED", *NOT_LOCKED))
async def amend_booking(request: ApiRequest, body: BookingChanges) -> Response:
    """Update a booking. Changes the guest's details, the notes and the lock of the assigned room.

    The dates, the room and the price do not change.
    """
    changes = body.model_dump(exclude_unset=True)
    return await change_booking(request, AmendBooking, **changes)


@routes.get("/{booking_id}/timeline/", response=view(Timeline))
async def get_timeline(request: ApiRequest) -> Response:
    """Retrieve the timeline of a booking. Each item says who changed the booking, when and why."""
    timeline = await request.ask(request.for_path(GetTimeline))
    return request.respond(view(Timeline).of(timeline))


@routes.post(
    "/{booking_id}/cancel/",
    needs=MANAGE,
    refuses=("DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION", "NOTE_REQUIRED"),
)
async def cancel_booking(request: ApiRequest, body: StaffCancellation) -> Response:
    """Cancel a booking. The policy determines fee and refund. A guest in house is checked out of the room, too."""
    return await change_booking(request, CancelBooking, deadline=SEVERAL_SERVICES, **body.model_dump())


@routes.post("/{booking_id}/refund/retry/", needs=MANAGE, refuses=("NO_FAILED_REFUND",))
async def retry_refund(request: ApiRequest, _: NoFields) -> Response:
    """Retry a refund. Starts a failed refund again. A refund that is in progress does not change."""
    return await change_booking(request, RetryRefund)


@routes.post("/{booking_id}/revoke-guest-token/", needs=MANAGE)
async def revoke_guest_token(request: ApiRequest, _: NoFields) -> Response:
    """Revoke the guest token of a booking.

    Invalidates the guest's token and every link mailed so far, and closes the guest's push connections. The next mail
    contains a link to a new token.
    """
    return await change_booking(request, RevokeGuestToken)


@routes.post("/{booking_id}/mark-seen/", needs=Permission.MANAGE_CHECKIN)
async def mark_seen(request: ApiRequest, _: NoFields) -> Response:
    """Mark a new booking as seen."""
    return await change_booking(request, MarkSeen)


@routes.post(
    "/{booking_id}/approve/",
    needs=APPROVE,
    refuses=("DECISION_MADE", "CAPTURE_FAILED", *ILLEGAL),
    other_responses={202: ("Approved; the payment provider has not captured the payment yet.", StaffBooking)},
)
async def approve_booking(request: ApiRequest, _: NoFields) -> Response:
    """Approve a booking. Captures the authorised payment and confirms the booking."""
    booking, status = await approve(request)
    return respond_to_staff(request, booking, status=status)


@routes.post("/{booking_id}/decline/", needs=APPROVE, refuses=("DECISION_MADE", *ILLEGAL))
async def decline_booking(request: ApiRequest, body: Decline) -> Response:
    """Decline a booking. Releases the authorised payment."""
    return await change_booking(request, DeclineBooking, **body.model_dump())


@routes.post("/{booking_id}/confirm/", needs=MANAGE, refuses=("CARD_BOOKING", *ILLEGAL))
async def confirm_booking(request: ApiRequest, _: NoFields) -> Response:
    """Confirm a booking without a card payment."""
    return await change_booking(request, ConfirmBooking)
