"""Moves the parameters, bodies and responses that several operations share into the document's components."""

from collections.abc import Iterator
from typing import Any

from gateway.http.operation import Operation

PATH_PARAMETERS = {
    "slug": ("The hotel.", {"type": "string", "maxLength": 50, "example": "hotel-killarney"}),
    "booking_id": ("The booking.", {"type": "string", "example": "BK-2026-7KQ2MDXR"}),
    "block_id": ("The block.", {"type": "integer", "format": "int64", "example": 12}),
    "task_id": ("The task.", {"type": "integer", "format": "int64", "example": 31}),
    "code": ("The code of the room type, promotion or policy.", {"type": "string", "example": "STD"}),
    "order_id": ("The order.", {"type": "string", "example": "0f3c9a51b7e84c0f9a6d2b1e7c5d4f3a"}),
    "item_id": ("The menu item.", {"type": "string", "example": "7"}),
    "room_number": ("The room.", {"type": "string", "maxLength": 10, "example": "101"}),
}
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repetition with the same key and body has the same response and no further effect. "
    "Anonymous callers send at least 16 characters.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that the client read last, or a list of ETags.",
    "schema": {"type": "string"},
}
COPIED_TO_ALIASES = ("tags", "requestBody", "responses", "security", "x-permissions")
MAX_SHARED_CODES = 2


class Components:
    """The `components` of the document."""

    def __init__(self, components: dict[str, Any]) -> None:
        self._components = components

    def share(self, documented: dict[str, Any], operation: Operation, *, aliased: bool) -> None:
        """Move repeated parts of `documented` into the components, and replace each part with a reference."""
        name, own = operation.name, documented.get("parameters", [])
        if aliased:
            own = [self._add("parameters", f"{name}.{each['name']}", each) for each in own]
        documented["parameters"] = [*self._path_parameters(operation.path), *self._headers(operation), *own]
        if aliased and "requestBody" in documented:
            documented["requestBody"] = self._add("requestBodies", name, documented["requestBody"])
        for status, response in documented["responses"].items():
            codes = response.get("x-codes", ())
            if 0 < len(codes) <= MAX_SHARED_CODES:
                documented["responses"][status] = self._add("responses", ".".join(codes), response)
            elif aliased:
                documented["responses"][status] = self._add("responses", f"{name}.{status}", response)

    def alias(self, shared: dict[str, Any], operation: Operation, *, path: str) -> dict[str, Any]:
        """The OpenAPI object of an alias: the operation's object, but with the path parameters of the alias."""
        canonical = list(self._path_parameters(operation.path))
        others = [each for each in shared["parameters"] if each not in canonical]
        return {
            "summary": shared["summary"],
            "description": f"An alias of `{operation.method} {operation.path}` for older clients.",
            "deprecated": True,
            "parameters": [*self._path_parameters(path), *others],
            **{name: shared[name] for name in COPIED_TO_ALIASES if name in shared},
        }

    def _add(self, kind: str, name: str, part: dict[str, Any]) -> dict[str, str]:
        self._components.setdefault(kind, {})[name] = part
        return {"$ref": f"#/components/{kind}/{name}"}

    def _path_parameters(self, path: str) -> Iterator[dict[str, str]]:
        for name, (description, schema) in PATH_PARAMETERS.items():
            if f"{{{name}}}" in path:
                part = {"name": name, "in": "path", "required": True, "description": description, "schema": schema}
                yield self._add("parameters", name, part)

    def _headers(self, operation: Operation) -> Iterator[dict[str, str]]:
        if operation.idempotency_key:
            yield self._add("parameters", IDEMPOTENCY_KEY["name"], IDEMPOTENCY_KEY)
        if operation.takes_if_match:
            yield self._add("parameters", IF_MATCH["name"], IF_MATCH)
