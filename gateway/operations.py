"""How a route is declared: path, audience, permission, answers, refusals. Its aliases follow from their table."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from contracts.values import Permission
from gateway import problems
from gateway.aliases import spellings
from gateway.call import Call
from gateway.documented import responses_of, security_of
from gateway.identity.admission import Audience
from gateway.switchboard import Switchboard

Endpoint = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that clients can do. Of the permissions it `needs`, any one is enough.

    `also` are further good answers by status: what they mean, and their shape. `streams` is a media type that the
    first may come in instead; `extra` goes into OpenAPI as it is. `etag`: about a versioned thing, though no path
    parameter says so.
    """

    method: str
    path: str
    endpoint: Endpoint
    audience: Audience
    tag: str
    answers: Any
    status: int = 200
    needs: tuple[Permission, ...] = ()
    refuses: tuple[str, ...] = ()
    keyed: bool = False
    also: Mapping[int, tuple[str, Any]] = field(default_factory=dict)
    streams: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    etag: bool = False

    @property
    def name(self) -> str:
        """Unique: the OpenAPI operation id."""
        return self.endpoint.__name__

    @property
    def versioned(self) -> bool:
        """Whether it is about one thing that has a version, and so an ETag."""
        return self.etag or "{booking_id}" in self.path or "{room_number}" in self.path

    @property
    def matches_version(self) -> bool:
        """Whether it takes `If-Match`."""
        return self.versioned and self.method != "GET"


class Door(APIRoute):
    """A declared path of an operation: the canonical one, or an alias."""

    def __init__(self, operation: Operation, path: str, *, alias: int = 0) -> None:
        self.operation = operation
        self.is_alias = bool(alias)
        summary, _, description = cleandoc(operation.endpoint.__doc__ or "").partition("\n")
        super().__init__(
            path,
            operation.endpoint,
            methods=[operation.method],
            status_code=operation.status,
            response_model=None,
            tags=[operation.tag],
            summary=summary.rstrip("."),
            description=description.strip() or None,
            responses={} if alias else responses_of(operation),
            deprecated=bool(alias) or None,
            operation_id=f"{operation.name}_alias_{alias}" if alias else operation.name,
            openapi_extra={
                **security_of(operation.audience),
                **({"x-permissions": [str(needed) for needed in operation.needs]} if operation.needs else {}),
                **operation.extra,
            },
            strict_content_type=False,
        )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Never by itself: the switchboard finds it."""
        del scope
        return Match.NONE, {}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Admit, read, let FastAPI check the input, answer; every exception becomes the one error shape."""
        operation, has_body = self.operation, self.body_field is not None
        checked = super().get_route_handler()

        async def handled(request: Request) -> Response:
            call = Call(_as_json(request.scope) if has_body else request.scope, request.receive)
            call.operation = operation
            try:
                await call.admit()
                if has_body:
                    await call.read()
                return await checked(call)
            except Exception as problem:
                return problems.answered(problem, call)

        return handled


class Routes:
    """The operations of one audience and noun, declared one under the other."""

    def __init__(self, tag: str, *, audience: Audience, under: str = "") -> None:
        self._tag = tag
        self._audience = audience
        self._under = under
        self.operations: list[Operation] = []

    def get(self, path: str, *, answers: Any, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a look at something."""
        return self._declare("GET", path, answers=answers, **more)

    def post(self, path: str, *, answers: Any, keyed: bool = True, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a change; it honours an Idempotency-Key unless it says otherwise."""
        return self._declare("POST", path, answers=answers, keyed=keyed, **more)

    def patch(self, path: str, *, answers: Any, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a change of fields."""
        return self._declare("PATCH", path, answers=answers, **more)

    def put(self, path: str, *, answers: Any, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a change of the whole."""
        return self._declare("PUT", path, answers=answers, **more)

    def delete(
        self, path: str, *, answers: Any = None, status: int = 204, **more: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Declare a removal; it takes no body and answers with none unless it says otherwise."""
        return self._declare("DELETE", path, answers=answers, status=status, **more)

    def _declare(
        self,
        method: str,
        path: str,
        *,
        audience: Audience | None = None,
        needs: Permission | tuple[Permission, ...] = (),
        **more: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        def declared(endpoint: Endpoint) -> Endpoint:
            self.operations.append(
                Operation(
                    method=method,
                    path=self._under + path,
                    endpoint=endpoint,
                    audience=audience or self._audience,
                    tag=self._tag,
                    needs=(needs,) if isinstance(needs, Permission) else needs,
                    **more,
                )
            )
            return endpoint

        return declared


def doors(operations: Iterable[Operation]) -> list[Door]:
    """Every declared path, canonical ones before their aliases."""
    found = []
    for operation in operations:
        found.append(Door(operation, operation.path))
        for number, path in enumerate(spellings(operation.method, operation.path), start=1):
            found.append(Door(operation, path, alias=number))
    return found


def switchboard(declared: Iterable[Door]) -> Switchboard:
    """The way to each of them; raises `ValueError` where two claim the same."""
    board = Switchboard()
    for door in declared:
        board.add(door, method=door.operation.method)
    return board


def _as_json(scope: Scope) -> Scope:
    """The request with a JSON body, whatever its client calls it."""
    told = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    return {**scope, "headers": [*told, (b"content-type", b"application/json")]}
