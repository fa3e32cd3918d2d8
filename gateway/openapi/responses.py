"""The OpenAPI description of an operation: summary, security, responses and error codes."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

from gateway.http.aliases import aliases_of
from gateway.http.operation import Operation
from gateway.http.problems import MEDIA_TYPE
from gateway.http.status_codes import status_of
from gateway.identity.admission import RATE_LIMITS, TOKENS, Audience
from gateway.openapi.examples import MEMBERS

SCHEMES = {"guest": "guestToken", "staff": "staffToken"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}
HEADERS = {
    "X-Request-Id": {"schema": {"type": "string"}, "description": "The request's id: the client's, or a new one."},
    "traceparent": {"schema": {"type": "string"}, "description": "W3C trace context."},
}
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The version, for `If-Match`."}}
REPLAYED = {
    "Idempotency-Replayed": {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "Present where the response was stored for an earlier request with the same `Idempotency-Key`.",
    }
}


def describe(operation: Operation, alias: int) -> Mapping[str, Any]:
    """The `APIRoute` arguments that document an operation. `alias` numbers the aliases from 1; 0 is the canonical path.

    The first sentence of the endpoint's docstring is the summary; the other sentences are the description.
    """
    summary, description = re.split(r"\.\s+", cleandoc(operation.endpoint.__doc__ or "") + "\n", maxsplit=1)
    permissions = {"x-permissions": [str(needed) for needed in operation.needs]} if operation.needs else {}
    kinds = TOKENS.get(operation.audience, ())
    return {
        "tags": [operation.tag],
        "summary": summary,
        "description": description.strip(),
        "responses": {} if alias else _responses(operation),
        "deprecated": bool(alias) or None,
        "operation_id": f"{operation.name}_alias_{alias}" if alias else operation.name,
        "openapi_extra": {"security": [{SCHEMES[kind]: []} for kind in kinds], **permissions, **operation.openapi},
    }


def _responses(operation: Operation) -> dict[int | str, dict[str, Any]]:
    successes = {operation.status: ("Success.", operation.response), **operation.other_responses}
    headers = {**HEADERS, **(ETAG if operation.versioned else {}), **(REPLAYED if operation.idempotency_key else {})}
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": description, "headers": headers, **({"model": model} if model else {})}
        for status, (description, model) in successes.items()
    }
    if operation.stream_type:
        responses[operation.status]["content"] = {operation.stream_type: {"schema": {"type": "string"}}}
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes_of(operation)):
        by_status[status_of(code)].append(code)
    for status, codes in sorted(by_status.items()):
        if status not in responses:
            responses[status] = _problem(codes)
    return responses


def codes_of(operation: Operation) -> Iterator[str]:
    """The codes with which the operation may be refused; some come twice."""
    path, kinds, changes = operation.path, TOKENS.get(operation.audience, ()), operation.method != "GET"
    yield from operation.refuses
    if kinds:
        yield "INVALID_TOKEN"
    if "staff" in kinds:
        yield "PERMISSION_DENIED"
    if "guest" in kinds and changes and "{booking_id}" in path:
        yield "BOOKING_ENDED"
    if any("{slug}" in each for each in (path, *aliases_of(operation.method, path))):
        yield "HOTEL_NOT_FOUND"
    if "{booking_id}" in path:
        yield "BOOKING_NOT_FOUND"
    if "{room_number}" in path:
        yield "ROOM_NOT_FOUND"
    if operation.audience in RATE_LIMITS:
        yield "RATE_LIMITED"
    if operation.audience is not Audience.OPERATOR:
        yield from ("VALIDATION_ERROR", "SERVICE_UNAVAILABLE")
    if changes and operation.method != "DELETE":
        yield from ("MALFORMED_JSON", "BODY_TOO_LARGE")
    if operation.takes_if_match:
        yield "VERSION_MISMATCH"
    if changes and "{booking_id}" in path:
        yield "ACTION_IN_PROGRESS"
    if operation.idempotency_key:
        yield from ("IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED")


def _problem(codes: list[str]) -> dict[str, Any]:
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {MEDIA_TYPE: {"schema": PROBLEM, "examples": examples}},
        "x-codes": codes,
    }


def problem_example(code: str) -> dict[str, Any]:
    """The example of a problem response with this code."""
    title = code.replace("_", " ").capitalize()
    return {
        "value": {
            "type": f"urn:hotelmate:problem:{code.lower().replace('_', '-')}",
            "title": title,
            "status": status_of(code),
            "detail": f"{title}.",
            "instance": "/api/…",
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
            "error": {"code": code, "message": f"{title}."},
            **MEMBERS.get(code, {}),
        }
    }
