"""What the payment provider tells us: stored before it is answered, or not taken at all."""

from dataclasses import dataclass

from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.payments import StoreWebhook
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("payments", audience=Audience.PROVIDER, under="/api/public/hotels/room-bookings")


@dataclass(frozen=True, kw_only=True)
class WebhookTaken:
    """`success`, or `already_processed` for one that is stored."""

    status: str


BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
    "parameters": [{"name": "Stripe-Signature", "in": "header", "required": True, "schema": {"type": "string"}}],
}


@routes.post(
    "/stripe-webhook/", response=WebhookTaken, idempotency_key=False, refuses=("INVALID_WEBHOOK",), openapi=BODY
)
async def take_stripe_webhook(request: ApiRequest) -> Response:
    """Store a signed event of Stripe's; it is applied from the store."""
    try:
        body = (await request.read_body()).decode()
    except UnicodeDecodeError as problem:
        raise Refusal("INVALID_WEBHOOK", "The body is not UTF-8.") from problem
    stored = await request.ask(StoreWebhook(body=body, signature=request.headers.get("stripe-signature", "")))
    return request.respond(WebhookTaken(status="already_processed" if stored.already_processed else "success"))
