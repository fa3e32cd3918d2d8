"""Stripe's API errors: one exception with its JSON body, and a function for each common kind."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An API error with Stripe's status code and error object."""

    def __init__(
        self,
        status: int,
        error_type: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        charge: str | None = None,
        payment_intent: dict[str, Any] | None = None,
        payment_method: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.fields = {
            "charge": charge,
            "code": code,
            "decline_code": decline_code,
            "doc_url": f"https://docs.stripe.com/error-codes#{code}" if code else None,
            "message": message,
            "param": param,
            "payment_intent": payment_intent,
            "payment_method": payment_method,
            "type": error_type,
        }

    def body(self, request_id: str) -> dict[str, Any]:
        log_url = f"https://dashboard.stripe.com/test/logs/{request_id}"
        error = {name: value for name, value in self.fields.items() if value is not None}
        return {"error": {**error, "request_log_url": log_url}}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, "invalid_request_error", message, param=param, code=code)


def missing(kind: str, object_id: str, *, param: str = "id") -> ApiError:
    """The `resource_missing` error: 404 for an unknown id in the path, 400 for one in a parameter."""
    status = 404 if param == "id" else 400
    message = f"No such {kind}: '{object_id}'"
    return ApiError(status, "invalid_request_error", message, param=param, code="resource_missing")


def unexpected_state(message: str, intent: dict[str, Any]) -> ApiError:
    return ApiError(
        400,
        "invalid_request_error",
        message,
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def declined(
    message: str,
    *,
    code: str,
    decline_code: str | None,
    intent: dict[str, Any] | None = None,
    charge: str | None = None,
    payment_method: dict[str, Any] | None = None,
) -> ApiError:
    return ApiError(
        402,
        "card_error",
        message,
        code=code,
        decline_code=decline_code,
        charge=charge,
        payment_intent=intent,
        payment_method=payment_method,
    )


def server_error(status: int, message: str) -> ApiError:
    """The error with the status 409, 429 or 5xx, with Stripe's type and code."""
    if status == 429:
        return ApiError(429, "invalid_request_error", message, code="rate_limit")
    if status == 409:
        return ApiError(409, "invalid_request_error", message, code="lock_timeout")
    return ApiError(status, "api_error", message)
