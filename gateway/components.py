"""What the OpenAPI document says once: parameters, bodies and answers that several operations share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.operations import Operation

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
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body: the same answer, and one effect. Anonymous callers: 16 characters or more.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that the client saw, or several.",
    "schema": {"type": "string"},
}
SAME = ("tags", "requestBody", "responses", "security", "x-permissions")
MOST_CODES = 2


class Components:
    """Keeps parts by name, and says where they are."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept

    def share(self, said: dict[str, Any], operation: "Operation", *, aliased: bool) -> None:
        """Leave references in a canonical operation's place for what its aliases, or other operations, say too."""
        name, own = operation.name, said.get("parameters", [])
        if aliased:
            own = [self._keep("parameters", f"{name}.{each['name']}", each) for each in own]
        said["parameters"] = [*self._in_path(operation.path), *self._in_headers(operation), *own]
        if aliased and "requestBody" in said:
            said["requestBody"] = self._keep("requestBodies", name, said["requestBody"])
        for status, answer in said["responses"].items():
            codes = answer.get("x-codes", ())
            if 0 < len(codes) <= MOST_CODES:
                said["responses"][status] = self._keep("responses", ".".join(codes), answer)
            elif aliased:
                said["responses"][status] = self._keep("responses", f"{name}.{status}", answer)

    def alias(self, shared: dict[str, Any], operation: "Operation", *, path: str) -> dict[str, Any]:
        """The same operation under another path, whose parameters alone may differ."""
        canonical = list(self._in_path(operation.path))
        others = [each for each in shared["parameters"] if each not in canonical]
        return {
            "summary": shared["summary"],
            "description": f"An older spelling of `{operation.method} {operation.path}`.",
            "deprecated": True,
            "parameters": [*self._in_path(path), *others],
            **{name: shared[name] for name in SAME if name in shared},
        }

    def _keep(self, kind: str, name: str, part: dict[str, Any]) -> dict[str, str]:
        self._kept.setdefault(kind, {})[name] = part
        return {"$ref": f"#/components/{kind}/{name}"}

    def _in_path(self, path: str) -> Iterator[dict[str, str]]:
        for name, (words, schema) in PATH_PARAMETERS.items():
            if f"{{{name}}}" in path:
                part = {"name": name, "in": "path", "required": True, "description": words, "schema": schema}
                yield self._keep("parameters", name, part)

    def _in_headers(self, operation: "Operation") -> Iterator[dict[str, str]]:
        if operation.keyed:
            yield self._keep("parameters", KEY["name"], KEY)
        if operation.matches_version:
            yield self._keep("parameters", MATCH["name"], MATCH)
