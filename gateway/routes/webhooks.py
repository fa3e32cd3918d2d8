"""What the payment provider tells us: stored before it is answered, or not taken at all."""

from dataclasses import dataclass

from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.payments import StoreWebhook
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes

routes = Routes("payments", audience=Audience.PROVIDER, under="/api/public/hotels/room-bookings")


@dataclass(frozen=True, kw_only=True)
class WebhookTaken:
    """`success`, or `already_processed` for one that is stored."""

    status: str


BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    "parameters": [{"name": "Stripe-Signature", "in": "header", "required": True, "schema": {"type": "string"}}],
}


@routes.post("/stripe-webhook/", answers=WebhookTaken, keyed=False, refuses=("INVALID_WEBHOOK",), extra=BODY)
async def take_stripe_webhook(call: Call) -> Response:
    """Store a signed event of Stripe's; it is applied from the store."""
    try:
        body = (await call.raw()).decode()
    except UnicodeDecodeError as problem:
        raise Refusal("INVALID_WEBHOOK", "The body is not UTF-8.") from problem
    stored = await call.ask(StoreWebhook(body=body, signature=call.headers.get("stripe-signature", "")))
    return call.answer(WebhookTaken(status="already_processed" if stored.already_processed else "success"))
