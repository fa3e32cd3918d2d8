"""The request pipeline: authentication, route, contract, idempotency, faults, handler, contract of the response."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.auth import check_key
from sandbox.stripe.contract.requests import read_params
from sandbox.stripe.errors import ApiError, server_error
from sandbox.stripe.expand import check_paths, expanded
from sandbox.stripe.faults import FaultSpec
from sandbox.stripe.forms import Form, parse_form
from sandbox.stripe.idempotency import ApiResponse
from sandbox.stripe.routes import Route, find_route
from sandbox.stripe.store import ApiCall, ContractBrokenError, EventCause, Json

_log = logging.getLogger(__name__)


class ConnectionDropped(Exception):
    """Raised to abort the connection without a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeRequest:
    """A request before validation."""

    method: str
    path: str
    encoded: str
    authorization: str | None
    version: str | None
    cause: EventCause


async def process(state: StripeAppState, request: StripeRequest, entry: Json) -> ApiResponse:
    """Process a request; returns the response, and records the applied faults in the log `entry`.

    Raises ConnectionDropped, and ApiError for an error before execution, which is not stored under the
    idempotency key.
    """
    check_key(request.authorization, state.config.api_key)
    route, object_id = find_route(request.method, request.path)
    form = parse_form(request.encoded)
    params = read_params(form, route.params, older=None if request.version else route.older)
    check_paths(params.get("expand", []))
    state.store.clock.run_due()
    keys, key = state.keys, request.cause.idempotency_key
    stored = _stored_response(state, request, form)
    faults = state.faults.take(request.method, request.path, body=request.encoded, replaying=stored is not None)
    entry["faults"] = sorted(faults.specs)
    call = ApiCall(state.store, params, object_id, request.cause, state.config.public_url, faults)
    early, late = faults.specs.get("fail_before"), faults.specs.get("fail_after")
    to_store: ApiResponse | None = None
    try:
        await asyncio.sleep(faults.delay("before"))
        if early:
            failure = _failure(early, request.cause)
            to_store = failure if early.store == "fault" else None
            return _send_or_drop(failure, early)
        response = stored or _execute(route, call)
        to_store = _response_to_store(response, late, request.cause)
        if key and stored is None:
            keys.expect(key, to_store)
        await asyncio.sleep(faults.delay("after"))
        return _send_or_drop(_failure(late, request.cause), late) if late else response
    finally:
        if key and stored is None:
            keys.finish(key, to_store)


def error_response(refusal: ApiError, cause: EventCause, *, should_retry: bool | None = False) -> ApiResponse:
    """An error as a response. A conflict (409) advises a retry; any other error does so only with `should_retry`."""
    request_id = cause.request_id or ""
    body = json.dumps(refusal.body(request_id)).encode()
    return ApiResponse(refusal.status, body, request_id, refusal.status == 409 or should_retry)


def _stored_response(state: StripeAppState, request: StripeRequest, form: Form) -> ApiResponse | None:
    key = request.cause.idempotency_key
    if key is None:
        return None
    canonical = json.dumps(form, sort_keys=True)
    return state.keys.begin(key, path=request.path, form=canonical, now=state.store.clock.now())


def _execute(route: Route, call: ApiCall) -> ApiResponse:
    try:
        result = expanded(call.store, route.handler(call), call.params.get("expand", []))
        call.store.check_contract(result, f"{route.method} {route.path}")
    except ApiError as refusal:
        return error_response(refusal, call.cause)
    except ContractBrokenError as broken:
        _log.error("a response violates the contract: %s", broken)
        return error_response(server_error(500, f"The stand-in violates the contract: {broken}"), call.cause)
    return ApiResponse(200, json.dumps(result).encode(), call.cause.request_id or "")


def _response_to_store(response: ApiResponse, late: FaultSpec | None, cause: EventCause) -> ApiResponse | None:
    if late is None or late.store == "answer":
        return response
    return _failure(late, cause) if late.store == "fault" else None


def _failure(spec: FaultSpec, cause: EventCause) -> ApiResponse:
    """The response of a fault. Without `should_retry`, it advises a retry unless the fault's `store` is "fault"."""
    advice = spec.store != "fault" if spec.should_retry is None else spec.should_retry
    return error_response(spec.failure(), cause, should_retry=advice)


def _send_or_drop(response: ApiResponse, spec: FaultSpec) -> ApiResponse:
    if spec.drop:
        raise ConnectionDropped
    return response
