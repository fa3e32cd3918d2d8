"""The OpenAPI document: what FastAPI derives from the declarations, and what it cannot know."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from gateway.components import Components
from gateway.documented import problem_example
from gateway.exemplary import fill_in, give_examples
from gateway.operations import Door
from gateway.problems import Problem

TITLE, VERSION = "HotelMate", "1.0.0"
DESCRIPTION = """
Book, pay, approve, check in, check out: one API for guests, hotel staff and the payment provider.

Instants are UTC (`Z`); stay dates are the hotel's own (`YYYY-MM-DD`); amounts are strings in major units. A trailing
slash is optional. Every error is `application/problem+json` with a stable `error.code`. `Idempotency-Key` is honoured
on every change; `If-Match` takes a booking's or room's `ETag`.
"""
SECURITY = {
    "staffToken": {"type": "http", "scheme": "bearer", "description": "From `/api/staff/login/`. Scheme `Token` too."},
    "guestToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "Answered when the booking is made. Scheme `GuestToken` too.",
    },
}
# Limits behind a validator of ours, as pydantic calls them, and as JSON Schema does.
LIMITS = {"ge": "minimum", "le": "maximum"}


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The whole document: first every operation under its own path, then the older spellings."""
    declared = [route for route in routes if isinstance(route, Door)]
    own = [route for route in routes if not (isinstance(route, Door) and route.is_alias)]
    made = get_openapi(title=TITLE, version=VERSION, description=DESCRIPTION.strip(), routes=own)
    kept = made.setdefault("components", {})
    schemas = kept.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = TypeAdapter(Problem).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    _limits(made)
    give_examples(schemas)
    kept["securitySchemes"] = SECURITY
    kept["examples"] = {code: problem_example(code) for code in sorted(set(_codes(made)))}
    _share(made, declared)
    return made


def _share(made: dict[str, Any], declared: Sequence[Door]) -> None:
    paths, components = made["paths"], Components(made["components"])
    canonical = {door.operation.name: door for door in declared if not door.is_alias}
    aliased = {door.operation.name for door in declared if door.is_alias}
    for name, door in canonical.items():
        operation = paths[door.path][door.operation.method.lower()]
        _optional_body(operation, made["components"]["schemas"])
        fill_in(operation)
        components.share(operation, door.operation, aliased=name in aliased)
    for door in declared:
        if door.is_alias:
            method, operation = door.operation.method.lower(), canonical[door.operation.name]
            alias = components.alias(paths[operation.path][method], door.operation, path=door.path)
            paths.setdefault(door.path, {})[method] = {**alias, "operationId": door.operation_id}


def _codes(made: dict[str, Any]) -> Iterator[str]:
    for methods in made["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                yield from answer.get("x-codes", ())


def _limits(part: Any) -> None:
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _limits(each)
    if isinstance(part, dict) and part.get("type") in ("integer", "number"):
        for told, meant in LIMITS.items():
            if told in part:
                part[meant] = part.pop(told)


def _optional_body(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A body without a required field may be left out."""
    body = operation.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if name in schemas and not schemas[name].get("required"):
        body.pop("required", None)
