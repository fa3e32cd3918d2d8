"""Paying for a booking: the provider's page, and what became of it."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.payments import OpenPaymentSession, VerifyPayment
from gateway.api.access.requests import ReturnUrls
from gateway.api.bookings import guest_responses as shapes
from gateway.http.money import major
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes(
    "payments", audience=Audience.EITHER, under="/api/public/hotels/{slug}/room-bookings/{booking_id}/payment"
)

ASKS_PROVIDER = 15.0


@routes.post("/session/", response=shapes.PaymentSession, refuses=("BOOKING_NOT_PAYABLE", "INVALID_RETURN_URL"))
async def open_payment_session(request: ApiRequest, body: ReturnUrls) -> Response:
    """A page for the guest to pay on; asked again while it is open, the same one."""
    session = await request.ask(
        OpenPaymentSession(
            hotel=request.hotel, booking_id=request.booking_id, success_url=body.success_url, cancel_url=body.cancel_url
        ),
        deadline=ASKS_PROVIDER,
    )
    return request.respond(
        shapes.PaymentSession(
            session_id=session.session_id,
            payment_url=session.payment_url,
            status=session.status,
            amount=major(session.amount),
            currency=session.amount.currency,
        )
    )


@routes.get("/verify/", response=shapes.PaymentVerified, refuses=("SESSION_NOT_FOUND",))
async def verify_payment(
    request: ApiRequest, session_id: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[^\x00]+$")]
) -> Response:
    """What became of this booking's payment session."""
    found = await request.ask(
        VerifyPayment(hotel=request.hotel, booking_id=request.booking_id, session_id=session_id), deadline=ASKS_PROVIDER
    )
    return request.respond(
        shapes.PaymentVerified(
            booking_id=found.booking_id,
            payment_status=found.payment_status,
            status=found.status,
            amount_total=major(found.amount_total),
            currency=found.amount_total.currency,
        )
    )
