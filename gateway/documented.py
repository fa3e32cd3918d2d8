"""What OpenAPI says of each operation's answers and refusals, from its declaration."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gateway.aliases import spellings
from gateway.identity.admission import ADMITS, LIMITED_AS, Audience
from gateway.problems import MEDIA_TYPE
from gateway.refusals import status_of

if TYPE_CHECKING:
    from gateway.operations import Operation

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
        "description": "This answer was given before, for the same Idempotency-Key.",
    }
}


def security_of(audience: Audience) -> dict[str, Any]:
    """Which tokens open it."""
    return {"security": [{SCHEMES[kind]: []} for kind in ADMITS[audience]]} if audience in ADMITS else {"security": []}


def responses_of(operation: "Operation") -> dict[int | str, dict[str, Any]]:
    """Every status that it answers with, and what each then holds."""
    good = {operation.status: ("Done.", operation.answers), **operation.also}
    found: dict[int | str, dict[str, Any]] = {
        status: {"description": words, "headers": _headers(operation), **({"model": shape} if shape else {})}
        for status, (words, shape) in good.items()
    }
    if operation.streams:
        found[operation.status]["content"] = {operation.streams: {"schema": {"type": "string"}}}
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(_refused(operation)):
        by_status[status_of(code)].append(code)
    for status, codes in sorted(by_status.items()):
        if status not in found:
            found[status] = _problem(codes)
    return found


def _refused(operation: "Operation") -> Iterator[str]:
    path, changes = operation.path, operation.method != "GET"
    yield from operation.refuses
    if operation.audience in ADMITS:
        yield "INVALID_TOKEN"
    if "staff" in ADMITS.get(operation.audience, ()):
        yield "PERMISSION_DENIED"
    if "guest" in ADMITS.get(operation.audience, ()) and changes and "{booking_id}" in path:
        yield "READ_ONLY_TOKEN"
    if any("{slug}" in each for each in (path, *spellings(operation.method, path))):
        yield "HOTEL_NOT_FOUND"
    if "{booking_id}" in path:
        yield "BOOKING_NOT_FOUND"
    if "{room_number}" in path:
        yield "ROOM_NOT_FOUND"
    if operation.audience in LIMITED_AS:
        yield "RATE_LIMITED"
    if operation.audience is not Audience.OPERATOR:
        yield from ("VALIDATION_ERROR", "SERVICE_UNAVAILABLE")
    if changes and operation.method != "DELETE":
        yield from ("MALFORMED_JSON", "BODY_TOO_LARGE")
    if operation.matches_version:
        yield "VERSION_MISMATCH"
    if changes and "{booking_id}" in path:
        yield "ACTION_IN_PROGRESS"
    if operation.keyed:
        yield from ("IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED")


def _headers(operation: "Operation") -> dict[str, Any]:
    return {**HEADERS, **(ETAG if operation.versioned else {}), **(REPLAYED if operation.keyed else {})}


def _problem(codes: list[str]) -> dict[str, Any]:
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {MEDIA_TYPE: {"schema": PROBLEM, "examples": examples}},
        "x-codes": codes,
    }


def problem_example(code: str) -> dict[str, Any]:
    """What a refusal with this code looks like."""
    words = code.replace("_", " ").capitalize()
    return {
        "value": {
            "type": f"urn:hotelmate:problem:{code.lower().replace('_', '-')}",
            "title": words,
            "status": status_of(code),
            "detail": f"{words}.",
            "instance": "/api/…",
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
            "error": {"code": code, "message": f"{words}."},
        }
    }
