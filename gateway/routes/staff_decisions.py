"""Staff deciding: approve and decline what is authorised, confirm what needs no card."""

from starlette.responses import Response

from contracts.bookings import ConfirmBooking, DeclineBooking
from contracts.values import Permission
from gateway import outcome
from gateway.bodies.bookings import Declining
from gateway.bodies.fields import NoFields
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_bookings import shown
from gateway.shapes.bookings import StaffBooking

routes = Routes("staff bookings", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}")

ILLEGAL = ("ILLEGAL_TRANSITION", "BOOKING_ENDED")


@routes.post(
    "/approve/",
    answers=StaffBooking,
    needs=Permission.APPROVE,
    refuses=("DECISION_MADE", "CAPTURE_FAILED", *ILLEGAL),
    also={202: ("Decided; the payment provider has not yet taken the money.", StaffBooking)},
)
async def approve_booking(call: Call, _: NoFields) -> Response:
    """Say yes: the authorised amount is taken, and the booking confirmed."""
    booking, status = await outcome.approved(call)
    return shown(call, booking, status=status)


@routes.post("/decline/", answers=StaffBooking, needs=Permission.APPROVE, refuses=("DECISION_MADE", *ILLEGAL))
async def decline_booking(call: Call, body: Declining) -> Response:
    """Say no: the authorisation is released."""
    command = DeclineBooking(
        hotel=call.hotel, booking_id=call.booking_id, reason_code=body.reason_code, reason_note=body.reason_note
    )
    return shown(call, await call.ask(command))


@routes.post("/confirm/", answers=StaffBooking, needs=Permission.MANAGE_BOOKINGS, refuses=("CARD_BOOKING", *ILLEGAL))
async def confirm_booking(call: Call, _: NoFields) -> Response:
    """Confirm a booking that is not paid by card."""
    return shown(call, await call.ask(ConfirmBooking(hotel=call.hotel, booking_id=call.booking_id)))
