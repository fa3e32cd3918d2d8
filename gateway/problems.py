"""The one shape of every error: `application/problem+json` with the older clients' `error` object inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis import codec
from chassis.observability import logs, trace
from chassis.refusal import Refusal, Unavailable
from gateway.refusals import CODE_OF, SOON, status_of

MEDIA_TYPE = "application/problem+json"

log = logs.logger(__name__)


@dataclass(frozen=True, kw_only=True)
class ErrorObject:
    """What older clients read."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One thing wrong with the input. Nested fields are joined by dots; the whole body is `body`."""

    field: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a request was refused. `code` is stable; further members depend on it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str
    error: ErrorObject
    errors: tuple[FieldError, ...] | None = field(default=None)


def answered(problem: Exception, request: Request) -> Response:
    """The response that tells the client of this exception. What nobody foresaw is logged and told without detail."""
    match problem:
        case Refusal():
            return _told(request, problem.code, problem.message, errors=problem.errors, details=dict(problem.details))
        case Unavailable():
            log.warning("unavailable", why=str(problem))
            return _told(request, "SERVICE_UNAVAILABLE", "This cannot be answered right now; try again shortly.")
        case RequestValidationError():
            return _invalid(request, problem)
        case HTTPException():
            code = CODE_OF.get(problem.status_code, "INTERNAL_ERROR" if problem.status_code >= 500 else "NOT_FOUND")
            return _told(request, code, _WORDS.get(code, "The request was refused."), headers=problem.headers)
    log.error("request_broke", exc_info=problem)
    return _told(request, "INTERNAL_ERROR", "Something went wrong here.")


_WORDS = {
    "MALFORMED_JSON": "The body is not JSON.",
    "NOT_FOUND": "There is nothing here.",
    "METHOD_NOT_ALLOWED": "This cannot be done here; see the Allow header.",
    "BODY_TOO_LARGE": "The body is too large.",
}


def _invalid(request: Request, problem: RequestValidationError) -> Response:
    found = problem.errors()
    if any(error["type"] == "json_invalid" for error in found):
        return _told(request, "MALFORMED_JSON", _WORDS["MALFORMED_JSON"])
    errors = [{"field": _field(error["loc"]), "message": _message(error)} for error in found]
    return _told(request, "VALIDATION_ERROR", "The request has invalid fields.", errors=errors)


def _field(location: Sequence[Any]) -> str:
    inside = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    return ".".join(inside) or str(location[0])


def _message(error: Mapping[str, Any]) -> str:
    return "This field is not known." if error["type"] == "extra_forbidden" else str(error["msg"])


def _told(
    request: Request,
    code: str,
    message: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    details: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    status, extra = status_of(code), details or {}
    sent = dict(headers or {})
    retry_after = extra.pop("retry_after", SOON.get(code))
    if retry_after:
        sent["Retry-After"] = str(retry_after)
    if status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    body = {
        **extra,
        "type": f"urn:hotelmate:problem:{code.lower().replace('_', '-')}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": message,
        "instance": request.url.path,
        "trace_id": trace.trace_id(trace.current()),
        "error": {"code": code, "message": message},
    }
    if errors:
        body["errors"] = list(errors)
    return Response(codec.encode(body), status_code=status, headers=sent, media_type=MEDIA_TYPE)
