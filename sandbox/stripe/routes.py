"""The routing table: request parameters and handler per method and path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from stripe import params
from stripe.params import checkout

from sandbox.stripe import (
    catalogue,
    charges,
    disputes,
    events,
    intents,
    payments,
    refunds,
    sessions,
)
from sandbox.stripe.errors import ApiError
from sandbox.stripe.store import ApiCall, Json


class OlderVersionParams(TypedDict, total=False):
    """Parameters that are accepted only without a Stripe-Version header.

    Such a request is treated as a request from an account on an older API version.
    """

    payment_method_types: list[str]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path with its declared parameters and its handler. `{}` is the object's id."""

    method: str
    path: str
    params: type
    handler: Callable[[ApiCall], Json]
    older: type | None = None


_SESSION = "/v1/checkout/sessions"
_INTENT = "/v1/payment_intents"
_PAGE = "/v1/payment_pages/{}"

ROUTES = (
    Route("POST", _SESSION, checkout.SessionCreateParams, sessions.create),
    Route("GET", _SESSION, checkout.SessionListParams, sessions.search),
    Route("GET", _SESSION + "/{}", checkout.SessionRetrieveParams, sessions.read),
    Route("POST", _SESSION + "/{}", checkout.SessionUpdateParams, sessions.update),
    Route("POST", _SESSION + "/{}/expire", checkout.SessionExpireParams, sessions.expire),
    Route(
        "GET",
        _SESSION + "/{}/line_items",
        checkout.SessionListLineItemsParams,
        sessions.read_line_items,
    ),
    Route("POST", _INTENT, params.PaymentIntentCreateParams, intents.create, older=OlderVersionParams),
    Route("GET", _INTENT, params.PaymentIntentListParams, intents.search),
    Route("GET", _INTENT + "/{}", params.PaymentIntentRetrieveParams, intents.read),
    Route("POST", _INTENT + "/{}", params.PaymentIntentUpdateParams, intents.update),
    Route("POST", _INTENT + "/{}/confirm", params.PaymentIntentConfirmParams, intents.confirm),
    Route("POST", _INTENT + "/{}/capture", params.PaymentIntentCaptureParams, intents.capture),
    Route("POST", _INTENT + "/{}/cancel", params.PaymentIntentCancelParams, intents.cancel),
    Route("POST", "/v1/refunds", params.RefundCreateParams, refunds.create),
    Route("GET", "/v1/refunds", params.RefundListParams, refunds.search),
    Route("GET", "/v1/refunds/{}", params.RefundRetrieveParams, refunds.read),
    Route("POST", "/v1/refunds/{}", params.RefundUpdateParams, refunds.update),
    Route("POST", "/v1/refunds/{}/cancel", params.RefundCancelParams, refunds.cancel),
    Route("GET", "/v1/charges", params.ChargeListParams, charges.search),
    Route("GET", "/v1/charges/{}", params.ChargeRetrieveParams, charges.read),
    Route("GET", "/v1/disputes", params.DisputeListParams, disputes.search),
    Route("GET", "/v1/disputes/{}", params.DisputeRetrieveParams, disputes.read),
    Route("POST", "/v1/disputes/{}", params.DisputeUpdateParams, disputes.update),
    Route("POST", "/v1/disputes/{}/close", params.DisputeCloseParams, disputes.close),
    Route("GET", "/v1/events", params.EventListParams, events.search),
    Route("GET", "/v1/events/{}", params.EventRetrieveParams, events.read),
    Route("POST", "/v1/products", params.ProductCreateParams, catalogue.create_product),
    Route("GET", "/v1/products/{}", params.ProductRetrieveParams, catalogue.read_product),
    Route("POST", "/v1/prices", params.PriceCreateParams, catalogue.create_price),
    Route("GET", "/v1/prices/{}", params.PriceRetrieveParams, catalogue.read_price),
    Route(
        "POST",
        "/v1/payment_methods",
        params.PaymentMethodCreateParams,
        catalogue.create_payment_method,
    ),
    Route(
        "GET",
        "/v1/payment_methods/{}",
        params.PaymentMethodRetrieveParams,
        catalogue.read_payment_method,
    ),
    Route("GET", _PAGE, payments.PaymentPageReadParams, payments.read_page),
    Route("POST", _PAGE + "/confirm", payments.PaymentPageConfirmParams, payments.confirm_page),
)

_PATTERNS = [(route, re.compile(re.escape(route.path).replace(r"\{\}", "([^/]+)"))) for route in ROUTES]


def find_route(method: str, path: str) -> tuple[Route, str]:
    """The route of a request and the id in its path. Raises ApiError (404)."""
    for route, pattern in _PATTERNS:
        matched = pattern.fullmatch(path)
        if matched and route.method == method:
            return route, "".join(matched.groups())
    raise ApiError(
        404,
        "invalid_request_error",
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
    )
