"""The OpenAPI document: what FastAPI derives from the declarations, and what it cannot know."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from gateway.documented import problem_example
from gateway.examples import EXAMPLES
from gateway.operations import Door
from gateway.problems import Problem

TITLE, VERSION = "HotelMate", "1.0.0"
DESCRIPTION = """
Book, pay, approve, check in, check out: one API for guests, hotel staff and the payment provider.

Instants are UTC (`Z`); stay dates are the hotel's own (`YYYY-MM-DD`); amounts are strings in major units. A trailing
slash is optional. Every error is `application/problem+json` with a stable `error.code`. `Idempotency-Key` is honoured
on every change; `If-Match` takes a booking's or room's `ETag`.
"""
PATH_PARAMETERS = {
    "slug": ("The hotel.", {"type": "string", "maxLength": 50, "example": "hotel-killarney"}),
    "booking_id": ("The booking.", {"type": "string", "example": "BK-2026-7KQ2MD"}),
    "block_id": ("The block.", {"type": "integer", "format": "int64", "example": 12}),
    "task_id": ("The task.", {"type": "integer", "format": "int64", "example": 31}),
    "code": ("The room type's, promotion's or policy's code.", {"type": "string", "example": "STD"}),
    "order_id": ("The order.", {"type": "string", "example": "0f3c9a51b7e84c0f9a6d2b1e7c5d4f3a"}),
    "item_id": ("The menu item.", {"type": "string", "example": "7"}),
    "room_number": ("The room.", {"type": "string", "maxLength": 10, "example": "101"}),
}
SECURITY = {
    "staffToken": {"type": "http", "scheme": "bearer", "description": "From `/api/staff/login/`. Scheme `Token` too."},
    "guestToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "Answered when the booking is made. Scheme `GuestToken` too.",
    },
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body: the same answer, and one effect. Anonymous callers: 16 characters or more.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that the client saw.",
    "schema": {"type": "string"},
}


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The whole document."""
    made = get_openapi(title=TITLE, version=VERSION, description=DESCRIPTION.strip(), routes=routes)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = TypeAdapter(Problem).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for name, example in EXAMPLES.items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    components["securitySchemes"] = SECURITY
    components["examples"] = {code: problem_example(code) for code in sorted(_codes(made))}
    by_path = {(route.path, route.operation.method): route for route in routes if isinstance(route, Door)}
    for path, method, operation in _operations(made):
        door = by_path.get((path, method))
        if door:
            operation["parameters"] = [*_parameters(door), *operation.get("parameters", [])]
            _optional_body(operation, schemas)
    return made


def _operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _codes(made: dict[str, Any]) -> set[str]:
    answers = (answer for _, _, operation in _operations(made) for answer in operation["responses"].values())
    return {code for answer in answers for code in answer.get("x-codes", ())}


def _parameters(door: Door) -> Iterator[dict[str, Any]]:
    for name, (words, schema) in PATH_PARAMETERS.items():
        if f"{{{name}}}" in door.path:
            yield {"name": name, "in": "path", "required": True, "description": words, "schema": schema}
    if door.operation.keyed:
        yield KEY
    if door.operation.matches_version:
        yield MATCH


def _optional_body(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A body without a required field may be left out."""
    body = operation.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if name in schemas and not schemas[name].get("required"):
        body.pop("required", None)
