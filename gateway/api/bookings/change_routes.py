"""Changes of a booked stay, by its guest and by staff: dates, room type, party, promotion."""

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.stay_changes import ChangeBooking, PreviewChange
from contracts.bookings.views import BookingDetail
from contracts.payments.checkout_sessions import ClosePaymentPage, OpenPaymentSession, PaymentSession
from contracts.values import Permission
from gateway.api.bookings.change_requests import StaffStayChange, StayChange
from gateway.api.bookings.commands import CALLS_PROVIDER, SEVERAL_SERVICES, respond_to_staff
from gateway.api.bookings.guest_responses import respond_to_guest
from gateway.api.bookings.responses import GuestBooking, HeldChange, StaffBooking
from gateway.http.request import ApiRequest
from gateway.http.routing import guest_routes, staff_routes
from gateway.http.status_codes import NOT_FOR_A_CARD
from gateway.http.views import view

REFUSES = (
    "SOLD_OUT", "BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "PRICE_CHANGED", "BOOKING_ENDED",
    "DECISION_MADE", "CHANGE_NOT_ALLOWED", "PAYMENT_UNDER_WAY", "BOOKING_NOT_PAYABLE", *NOT_FOR_A_CARD,
)  # fmt: skip
OF_A_GUEST = (*REFUSES, "STAY_TOO_LONG", "TOO_MANY_HOLDS")
OF_STAFF = (*REFUSES, "BOOKING_ALREADY_CHECKED_IN", "EXTENSION_CONFLICT", "NOTE_REQUIRED")

guest = guest_routes("guest", "/change")
staff = staff_routes("staff bookings", "/room-bookings/{booking_id}/change", needs=Permission.MANAGE_BOOKINGS)
Preview = view(ChangePreview)
WAITS = {202: ("The change waits until the difference is paid on the payment page.", HeldChange)}


@guest.post("/preview/", response=Preview, idempotency_key=False, refuses=("ROOM_TYPE_NOT_FOUND",))
async def preview_own_change(request: ApiRequest, body: StayChange) -> Response:
    """Preview a change of the guest's booking.

    Nothing is held. A change that is not allowed is previewed with its `refusals`.
    """
    return await _preview(request, body)


@guest.post("/", response=GuestBooking, refuses=OF_A_GUEST, other_responses=WAITS)
async def change_own_booking(request: ApiRequest, body: StayChange) -> Response:
    """Change the guest's booking. The change does exactly what its preview says, or is refused.

    A dearer stay is paid first, where the hotel says so: the added nights are held, and the booking changes once the
    payment is captured. The same request continues a change that waits; another change takes its place.
    """
    changed = await _changed(request, body)
    return await _to_be_paid(request, changed) or await respond_to_guest(request, changed)


@staff.post("/preview/", response=Preview, idempotency_key=False, refuses=("ROOM_TYPE_NOT_FOUND",))
async def preview_change(request: ApiRequest, body: StaffStayChange) -> Response:
    """Preview a change of a booking. Nothing is held. A change that is not allowed has its `refusals`."""
    return await _preview(request, body)


@staff.post("/", response=StaffBooking, refuses=OF_STAFF, other_responses=WAITS)
async def change_stay(request: ApiRequest, body: StaffStayChange) -> Response:
    """Change a booking: dates, room type, party, promotion.

    The change does exactly what its preview says, or is refused. A dearer stay raises `balance_due`; of a cheaper one,
    what was paid is refunded, less the fee of the policy. Where the hotel has the guest pay first, the change waits for
    the payment.
    """
    changed = await _changed(request, body)
    return await _to_be_paid(request, changed) or respond_to_staff(request, changed)


async def _preview(request: ApiRequest, body: StayChange) -> Response:
    return await request.answer(request.for_path(PreviewChange, change=body.change), deadline=SEVERAL_SERVICES)


async def _changed(request: ApiRequest, body: StayChange) -> BookingDetail:
    command = request.for_path(ChangeBooking, change=body.change, expected=body.expectation, pays_first=True)
    try:
        return await _carried_out(request, command)
    except Refusal as refusal:
        raise _with_preview(refusal) from None


async def _carried_out(request: ApiRequest, command: ChangeBooking) -> BookingDetail:
    """Ask for the change. A page on which the old total can be paid is closed first, and the change asked for again."""
    try:
        return await request.ask(command, deadline=SEVERAL_SERVICES)
    except Refusal as refusal:
        if refusal.code != "PAYMENT_PAGE_OPEN":
            raise
    if (await request.ask(request.for_path(ClosePaymentPage), deadline=SEVERAL_SERVICES)).paid:
        raise Refusal("PAYMENT_UNDER_WAY", "The guest has just paid for this booking.")
    return await request.ask(replace(command, page_closed=True), deadline=SEVERAL_SERVICES)


async def _to_be_paid(request: ApiRequest, booking: BookingDetail) -> Response | None:
    """The response for a change that waits, with its payment page; None where no change waits."""
    change = booking.pending_change
    if change is None:
        return None
    session = await request.ask(request.for_path(OpenPaymentSession), deadline=CALLS_PROVIDER)
    body = HeldChange.of(change, payment=view(PaymentSession).of(session))
    return request.respond(body, status=202, version=booking.version)


def _with_preview(refusal: Refusal) -> Refusal:
    """The refusal, whose preview is shown as a preview of its own."""
    details: dict[str, Any] = dict(refusal.details)
    if preview := details.get("preview"):
        details["preview"] = Preview.of(codec.typed(preview, ChangePreview))
    return Refusal(refusal.code, refusal.message, errors=refusal.errors, **details)
