"""The OpenAPI document: what FastAPI derives from the routes, with aliases, examples and shared components."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from gateway.http.problems import Problem
from gateway.http.routing import OperationRoute
from gateway.openapi.components import Components
from gateway.openapi.examples import add_parameter_examples, add_schema_examples
from gateway.openapi.responses import problem_example

TITLE, VERSION = "HotelMate", "1.0.0"
DESCRIPTION = """
The API for guests, hotel staff and the payment provider: book, pay, approve, check in, check out.

Instants are UTC (`Z`); stay dates are hotel-local (`YYYY-MM-DD`); amounts are strings in major units. A trailing slash
is optional. Every error is `application/problem+json` with a stable `error.code`. Every change honours
`Idempotency-Key`; `If-Match` takes the `ETag` of a booking or a room.
"""
SECURITY = {
    "staffToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token from `/api/staff/login/`. The scheme `Token` works, too.",
    },
    "guestToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token from the creation of the booking. The scheme `GuestToken` works, too.",
    },
}
LIMITS = ("minimum", "maximum")


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The whole document: first every operation at its canonical path, then the aliases."""
    declared = [route for route in routes if isinstance(route, OperationRoute)]
    canonical = [route for route in routes if not (isinstance(route, OperationRoute) and route.is_alias)]
    openapi = get_openapi(title=TITLE, version=VERSION, description=DESCRIPTION.strip(), routes=canonical)
    components = openapi.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = TypeAdapter(Problem).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    _make_limits_whole(openapi)
    add_schema_examples(schemas)
    components["securitySchemes"] = SECURITY
    components["examples"] = {code: problem_example(code) for code in sorted(set(_codes(openapi)))}
    _share(openapi, declared)
    return openapi


def _share(openapi: dict[str, Any], declared: Sequence[OperationRoute]) -> None:
    paths, components = openapi["paths"], Components(openapi["components"])
    canonical = {route.operation.name: route for route in declared if not route.is_alias}
    aliased = {route.operation.name for route in declared if route.is_alias}
    for name, route in canonical.items():
        documented = paths[route.path][route.operation.method.lower()]
        _make_optional(documented, openapi["components"]["schemas"])
        add_parameter_examples(documented)
        components.share(documented, route.operation, aliased=name in aliased)
    for route in declared:
        if route.is_alias:
            method, path = route.operation.method.lower(), canonical[route.operation.name].path
            alias = components.alias(paths[path][method], route.operation, path=route.path)
            paths.setdefault(route.path, {})[method] = {**alias, "operationId": route.operation_id}


def _codes(openapi: dict[str, Any]) -> Iterator[str]:
    for methods in openapi["paths"].values():
        for documented in methods.values():
            for response in documented["responses"].values():
                yield from response.get("x-codes", ())


def _make_limits_whole(part: Any) -> None:
    """Write the limits of integers as integers; FastAPI writes each limit as a float."""
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _make_limits_whole(each)
    if isinstance(part, dict) and part.get("type") == "integer":
        part |= {name: int(part[name]) for name in LIMITS if name in part}


def _make_optional(documented: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Mark a request body as optional where none of the body's fields is required."""
    body = documented.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if name in schemas and not schemas[name].get("required"):
        body.pop("required", None)
