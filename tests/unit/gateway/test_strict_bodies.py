"""JSON bodies have the declared types: no text is read as a number, and no number or text as a boolean."""

from collections.abc import Iterator
from inspect import signature
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel, ValidationError

from gateway.api.routes import operations
from gateway.http.fields import Body
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

HOTEL = f"/api/staff/hotels/{builders.HOTEL}"
# Values of each JSON type, among them those that pydantic reads as values of other types unless it is strict.
VALUES: dict[str, list[Any]] = {
    "string": ["1", "1.0", "yes", "true", "off", "", "2026-08-14"],
    "integer": [0, 1],
    "number": [1.0, 1.5],
    "boolean": [True, False],
    "array": [[]],
    "object": [{}],
    "null": [None],
}


def bodies() -> list[type[BaseModel]]:
    """The classes of all request bodies, and of the objects in them."""
    models: dict[type[BaseModel], None] = {}

    def add(model: type[BaseModel]) -> None:
        if model not in models:
            models[model] = None
            for field in model.model_fields.values():
                for part in _classes(field.annotation):
                    add(part)

    for operation in operations():
        hints = get_type_hints(operation.endpoint, include_extras=True)
        for name in signature(operation.endpoint).parameters:
            if isinstance(hints[name], type) and issubclass(hints[name], BaseModel):
                add(hints[name])
    return list(models)


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _classes(part)


def _types(schema: dict[str, Any], definitions: dict[str, Any]) -> set[str]:
    """The JSON types that the schema allows."""
    if "$ref" in schema:
        return _types(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        return {kind for part in schema["anyOf"] for kind in _types(part, definitions)}
    return {schema["type"]}


def _items(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the items where the schema allows an array."""
    parts = schema.get("anyOf", [schema])
    return next((part["items"] for part in parts if "items" in part), None)


def wrong(schema: dict[str, Any], definitions: dict[str, Any]) -> list[Any]:
    """Values of all JSON types that the schema does not allow, and arrays of such values."""
    allowed = _types(schema, definitions)
    values = [value for kind, values in VALUES.items() if kind not in allowed for value in values]
    items = _items(schema)
    return values + ([[value] for value in wrong(items, definitions)] if items else [])


FIELDS = [pytest.param(model, name, id=f"{model.__name__}.{name}") for model in bodies() for name in model.model_fields]


def test_the_walk_has_the_body_of_every_operation() -> None:
    documented = {operation.name for operation in operations() if operation.method in {"POST", "PUT", "PATCH"}}
    read_otherwise = {"authorise_channel", "authorise_user", "take_stripe_webhook"}

    assert len(FIELDS) > 100
    for operation in operations():
        if operation.name in documented - read_otherwise:
            assert any(
                isinstance(hint, type) and issubclass(hint, Body)
                for hint in get_type_hints(operation.endpoint, include_extras=True).values()
            ), operation.name


def test_every_body_is_strict() -> None:
    for model in bodies():
        assert issubclass(model, Body)
        assert model.model_config["strict"]
        assert model.model_config["extra"] == "forbid"


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_a_value_of_another_json_type_is_invalid(model: type[BaseModel], name: str) -> None:
    schema, sent_as = model.model_json_schema(), model.model_fields[name].alias or name

    for value in wrong(schema["properties"][sent_as], schema.get("$defs", {})):
        with pytest.raises(ValidationError) as caught:
            model.model_validate({sent_as: value})
        assert sent_as in {error["loc"][0] for error in caught.value.errors()}, value


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", f"{HOTEL}/rooms/checkout/", {"room_ids": [1], "destructive": "yes"}, "destructive"),
        ("POST", f"{HOTEL}/room-bookings/", {"adults": "1"}, "adults"),
        ("POST", f"{HOTEL}/room-bookings/", {"draft": "yes"}, "draft"),
        ("POST", f"{HOTEL}/room-bookings/BK/check-in/", {"late_arrival": 1}, "late_arrival"),
        ("POST", f"{HOTEL}/room-bookings/BK/overstay/extend/", {"add_nights": 1.0}, "add_nights"),
        ("PATCH", f"{HOTEL}/settings/", {"approval_required": "false"}, "approval_required"),
        ("PATCH", f"{HOTEL}/settings/", {"tax_percent": 9}, "tax_percent"),
    ],
)
def test_a_field_of_another_type_is_named(
    gateway: Gateway, *, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    superuser = gateway.accounts.signed_in(builders.staff(is_superuser=True))

    answer = gateway.call(method, path, json=body, headers=superuser)

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_a_query_is_read_from_texts(gateway: Gateway) -> None:
    path = f"/api/public/hotels/{builders.HOTEL}/availability/?check_in=2026-08-14&check_out=2026-08-16&adults=1"

    assert gateway.get(path).status_code == 503  # valid: the fake bus has no answer
