"""Payments: the provider's payment page, its webhook, and balances paid at the desk."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession, PaymentVerified, VerifyPayment
from contracts.payments.webhooks import StoreWebhook
from contracts.values import Permission
from gateway.api.bookings.commands import CALLS_PROVIDER, change_booking
from gateway.api.bookings.responses import StaffBooking
from gateway.api.payments.requests import BalancePayment, DeskRefund, ReturnUrls
from gateway.api.payments.responses import WebhookTaken
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes, guest_routes, staff_routes
from gateway.http.views import view
from gateway.identity.admission import Audience

sessions = guest_routes("payments", "/payment", audience=Audience.EITHER)
webhooks = Routes("payments", audience=Audience.PROVIDER, under="/api/public/hotels/room-bookings")
balances = staff_routes("stays", "/room-bookings/{booking_id}/balance")

SIGNED_EVENT = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    "parameters": [{"name": "Stripe-Signature", "in": "header", "required": True, "schema": {"type": "string"}}],
}


@sessions.post(
    "/session/", response=view(PaymentSession), refuses=("BOOKING_NOT_PAYABLE", "BOOKING_ENDED", "INVALID_RETURN_URL")
)
async def open_payment_session(request: ApiRequest, body: ReturnUrls) -> Response:
    """Create a payment session. Returns the guest's payment page. An open session is returned again."""
    command = request.for_path(OpenPaymentSession, **body.model_dump())
    return await request.answer(command, deadline=CALLS_PROVIDER)


@sessions.get("/verify/", response=view(PaymentVerified), refuses=("SESSION_NOT_FOUND",))
async def verify_payment(
    request: ApiRequest, session_id: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[^\x00]+$")]
) -> Response:
    """Verify a payment session. Returns the status of the payment and of the booking."""
    return await request.answer(request.for_path(VerifyPayment, session_id=session_id), deadline=CALLS_PROVIDER)


@webhooks.post(
    "/stripe-webhook/", response=WebhookTaken, idempotency_key=False, refuses=("INVALID_WEBHOOK",), openapi=SIGNED_EVENT
)
async def take_stripe_webhook(request: ApiRequest) -> Response:
    """Receive a Stripe event. Stores the signed event before the response. The stored event is applied afterwards."""
    try:
        body = (await request.read_body()).decode()
    except UnicodeDecodeError as problem:
        raise Refusal("INVALID_WEBHOOK", "The body is not UTF-8.") from problem
    stored = await request.ask(StoreWebhook(body=body, signature=request.headers.get("stripe-signature", "")))
    return request.respond(WebhookTaken(status="already_processed" if stored.already_processed else "success"))


@balances.post("/settle/", response=StaffBooking, needs=Permission.MANAGE_CHECKIN, refuses=("ILLEGAL_TRANSITION",))
async def settle_balance(request: ApiRequest, body: BalancePayment) -> Response:
    """Settle the balance of a booking. Records a payment at the desk. Card payments need a payment session."""
    return await change_booking(request, SettleBalance, **body.model_dump())


@balances.post("/refund/", response=StaffBooking, needs=Permission.MANAGE_CHECKIN)
async def refund_at_desk(request: ApiRequest, body: DeskRefund) -> Response:
    """Refund at the desk. Records money that the desk gave back because no card can be refunded (`desk_refund_due`)."""
    return await change_booking(request, RefundAtDesk, **body.model_dump())
