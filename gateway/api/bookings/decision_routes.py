"""Staff deciding: approve and decline what is authorised, confirm what needs no card."""

from starlette.responses import Response

from contracts.bookings import ConfirmBooking, DeclineBooking
from contracts.values import Permission
from gateway.api.bookings import approval
from gateway.api.bookings.requests import Declining
from gateway.api.bookings.responses import StaffBooking
from gateway.api.bookings.routes import shown
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("staff bookings", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}")

ILLEGAL = ("ILLEGAL_TRANSITION", "BOOKING_ENDED")


@routes.post(
    "/approve/",
    response=StaffBooking,
    needs=Permission.APPROVE,
    refuses=("DECISION_MADE", "CAPTURE_FAILED", *ILLEGAL),
    other_responses={202: ("Decided; the payment provider has not yet taken the money.", StaffBooking)},
)
async def approve_booking(request: ApiRequest, _: NoFields) -> Response:
    """Say yes: the authorised amount is taken, and the booking confirmed."""
    booking, status = await approval.approved(request)
    return shown(request, booking, status=status)


@routes.post("/decline/", response=StaffBooking, needs=Permission.APPROVE, refuses=("DECISION_MADE", *ILLEGAL))
async def decline_booking(request: ApiRequest, body: Declining) -> Response:
    """Say no: the authorisation is released."""
    command = DeclineBooking(
        hotel=request.hotel, booking_id=request.booking_id, reason_code=body.reason_code, reason_note=body.reason_note
    )
    return shown(request, await request.ask(command))


@routes.post("/confirm/", response=StaffBooking, needs=Permission.MANAGE_BOOKINGS, refuses=("CARD_BOOKING", *ILLEGAL))
async def confirm_booking(request: ApiRequest, _: NoFields) -> Response:
    """Confirm a booking that is not paid by card."""
    return shown(request, await request.ask(ConfirmBooking(hotel=request.hotel, booking_id=request.booking_id)))
