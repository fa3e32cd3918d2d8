"""Problem responses: `application/problem+json`, with the `error` object of older clients inside."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chassis import codec
from chassis.observability import logs, trace
from chassis.refusal import Refusal, Unavailable
from contracts.data import Data
from gateway.http.status_codes import CODE_OF, RETRY_AFTER, status_of

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS, LONGEST_TEXT = 20, 200  # characters
CLIENT_LEFT = 499  # no client gets this status: the log and the metrics have it

log = logs.logger(__name__)


class ErrorObject(Data):
    """The error as older clients read it."""

    code: str
    message: str


class FieldError(Data):
    """An invalid field. The names of nested fields are joined by dots; `body` stands for the whole body."""

    field: str
    message: str


class Problem(Data):
    """An error. `error.code` is stable; some codes come with further members."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str
    error: ErrorObject
    errors: tuple[FieldError, ...] | None = field(default=None)


def problem_response(problem: Exception, request: Request) -> Response:
    """The response for an exception. An unexpected exception is logged, and the response has no details."""
    match problem:
        case Refusal():
            return _response(
                request, problem.code, problem.message, errors=problem.errors, details=dict(problem.details)
            )
        case Unavailable():
            log.warning("unavailable", why=str(problem))
            return _response(request, "SERVICE_UNAVAILABLE", "A service is unavailable; try again shortly.")
        case RequestValidationError():
            return _invalid(request, problem)
        case ClientDisconnect():
            return Response(status_code=CLIENT_LEFT)
        case HTTPException():
            code = CODE_OF.get(problem.status_code, "INTERNAL_ERROR" if problem.status_code >= 500 else "NOT_FOUND")
            return _response(request, code, _MESSAGES.get(code, "The request was refused."), headers=problem.headers)
    log.error("request_broke", exc_info=problem)
    return _response(request, "INTERNAL_ERROR", "An unexpected error occurred.")


_MESSAGES = {
    "MALFORMED_JSON": "The body is not JSON.",
    "NOT_FOUND": "There is no such resource.",
    "METHOD_NOT_ALLOWED": "This resource does not support the method; see the Allow header.",
    "BODY_TOO_LARGE": "The body is too large.",
}


def _invalid(request: Request, problem: RequestValidationError) -> Response:
    details = problem.errors()
    if any(error["type"] == "json_invalid" for error in details):
        return _response(request, "MALFORMED_JSON", _MESSAGES["MALFORMED_JSON"])
    errors = [{"field": _field(error["loc"]), "message": _message(error)} for error in details[:MAX_ERRORS]]
    message = "The request has invalid fields."
    if len(details) > MAX_ERRORS:
        message = f"The request has {len(details)} invalid fields; the first {MAX_ERRORS} are listed."
    return _response(request, "VALIDATION_ERROR", message, errors=errors)


# Parts of an error's location that name no field: where the value stands, and pydantic's names of a union's types.
_NO_FIELDS = ("body", "query", "path", "header", "int", "str", "constrained-str")


def _field(location: Sequence[Any]) -> str:
    parts = [str(part) for part in location if part not in _NO_FIELDS]
    return ".".join(parts) or str(location[0])


def _message(error: Mapping[str, Any]) -> str:
    return "This field is not known." if error["type"] == "extra_forbidden" else str(error["msg"])


def _response(
    request: Request,
    code: str,
    message: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    details: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    status, extra = status_of(code), details or {}
    response_headers = dict(headers or {})
    retry_after = extra.pop("retry_after", RETRY_AFTER.get(code))
    if retry_after:
        response_headers["Retry-After"] = str(retry_after)
    if status == 401:
        response_headers["WWW-Authenticate"] = "Bearer"
    body = {
        **extra,
        "type": f"urn:hotelmate:problem:{code.lower().replace('_', '-')}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": message,
        "instance": request.scope["path"][:LONGEST_TEXT],
        "trace_id": trace.trace_id(trace.current()),
        "error": {"code": code, "message": message},
    }
    if errors:
        body["errors"] = [{name: text[:LONGEST_TEXT] for name, text in each.items()} for each in errors[:MAX_ERRORS]]
    return Response(codec.encode(body), status_code=status, headers=response_headers, media_type=MEDIA_TYPE)
