"""Declares operations (`Routes`) and serves each under its canonical path and its aliases (`OperationRoute`)."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Scope

from contracts.values import Permission
from gateway.http import problems
from gateway.http.aliases import aliases_of
from gateway.http.operation import Endpoint, Operation
from gateway.http.request import ApiRequest
from gateway.http.router import TrieRouter
from gateway.identity.admission import Audience

Decorator = Callable[[Endpoint], Endpoint]
# What OpenAPI says of an operation at its path (alias 0) or at one of its aliases: arguments of `APIRoute`.
Describe = Callable[[Operation, int], Mapping[str, Any]]


class OperationRoute(APIRoute):
    """One path of an operation: the canonical path, or an alias."""

    def __init__(self, operation: Operation, path: str, *, alias: int = 0, documentation: Mapping[str, Any]) -> None:
        self.operation = operation
        self.cache_control = operation.cache_control.encode()
        self.is_alias = bool(alias)
        super().__init__(
            path,
            operation.endpoint,
            methods=[operation.method],
            status_code=operation.status,
            response_model=None,
            strict_content_type=False,
            **documentation,
        )
        self.description = documentation.get("description", "")  # APIRoute puts the whole docstring where there is none

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Never matches: `TrieRouter` matches for all routes."""
        del scope
        return Match.NONE, {}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Authorise, read the body, let FastAPI validate, respond; every exception becomes a problem response."""
        operation, has_body = self.operation, self.body_field is not None
        validated = super().get_route_handler()

        async def handler(received: Request) -> Response:
            request = ApiRequest(_as_json(received.scope) if has_body else received.scope, received.receive)
            request.operation = operation
            try:
                await request.authorize()
                if has_body:
                    await request.read_json()
                return await validated(request)
            except Exception as problem:
                return problems.problem_response(problem, request)

        return handler


class _Selected(BaseRoute):
    """Names itself in the scope of a request, as an operation does, so that the log has the route's path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        return match, child_scope if match is Match.NONE else {**child_scope, "route": self}


class PlainRoute(_Selected, Route):
    """A path that is no operation of the API, such as a page."""


class PlainMount(_Selected, Mount):
    """A directory of files."""


class Routes:
    """The operations of one noun, in the order of their declaration.

    `common` has default values for the fields of every `Operation`; a declaration may replace the defaults.
    """

    def __init__(self, tag: str, *, audience: Audience, under: str = "", **common: Any) -> None:
        self._under = under
        self._common = {"tag": tag, "audience": audience, **common}
        self.operations: list[Operation] = []

    def get(self, path: str, **more: Any) -> Decorator:
        """Declare an operation that reads (GET)."""
        return self._declare("GET", path, **more)

    def post(self, path: str, *, idempotency_key: bool = True, **more: Any) -> Decorator:
        """Declare a command. The command honours `Idempotency-Key` unless `idempotency_key` is false."""
        return self._declare("POST", path, idempotency_key=idempotency_key, **more)

    def patch(self, path: str, **more: Any) -> Decorator:
        """Declare an operation that changes some fields (PATCH)."""
        return self._declare("PATCH", path, **more)

    def put(self, path: str, **more: Any) -> Decorator:
        """Declare an operation that replaces a resource (PUT)."""
        return self._declare("PUT", path, **more)

    def delete(self, path: str, *, response: Any = None, status: int = 204, **more: Any) -> Decorator:
        """Declare an operation that deletes (DELETE). By default, the response has no body."""
        return self._declare("DELETE", path, response=response, status=status, **more)

    def _declare(self, method: str, path: str, **more: Any) -> Decorator:
        def declare(endpoint: Endpoint) -> Endpoint:
            values = {"needs": (), **self._common, **more}
            if isinstance(values["needs"], Permission):
                values["needs"] = (values["needs"],)
            self.operations.append(Operation(method=method, path=self._under + path, endpoint=endpoint, **values))
            return endpoint

        return declare


def staff_routes(tag: str, path: str = "", **common: Any) -> Routes:
    """The operations for the staff of a hotel; `path` is relative to the hotel."""
    return Routes(tag, audience=Audience.STAFF, under="/api/staff/hotels/{slug}" + path, **common)


def guest_routes(tag: str, path: str = "", *, audience: Audience = Audience.GUEST, **common: Any) -> Routes:
    """The operations for the guest of a booking; `path` is relative to the booking."""
    under = "/api/public/hotels/{slug}/room-bookings/{booking_id}" + path
    return Routes(tag, audience=audience, under=under, **common)


def routes_of(operations: Iterable[Operation], *, describe: Describe = lambda *_: {}) -> list[OperationRoute]:
    """Every path of these operations; each canonical path comes before its aliases."""
    return [
        OperationRoute(operation, path, alias=alias, documentation=describe(operation, alias))
        for operation in operations
        for alias, path in enumerate((operation.path, *aliases_of(operation.method, operation.path)))
    ]


def router_of(routes: Iterable[OperationRoute]) -> TrieRouter:
    """The router over these routes; raises `ValueError` where two routes have the same method and path."""
    router = TrieRouter()
    for route in routes:
        router.add(route, method=route.operation.method)
    return router


def _as_json(scope: Scope) -> Scope:
    """The scope with the `Content-Type` for JSON, whichever type the client sent."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    return {**scope, "headers": [*headers, (b"content-type", b"application/json")]}
