"""The application that tests share, and its OpenAPI document as tests walk it.

Each operation of the document has what it refers to in its place.
"""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.app import build
from gateway.http.routing import OperationRoute
from gateway.settings import GatewaySettings

APP = build(settings=GatewaySettings())  # one of each process, because every worker builds it to collect the tests
ROUTES = [route for route in APP.routes if isinstance(route, OperationRoute)]
DOCUMENT: dict[str, Any] = APP.openapi()


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or what its reference leads to."""
    if "$ref" not in part:
        return part
    _, components, kind, name = part["$ref"].split("/")
    component: dict[str, Any] = DOCUMENT[components][kind][name]
    return component


def _whole(operation: dict[str, Any]) -> dict[str, Any]:
    return {
        **operation,
        "parameters": [resolved(each) for each in operation.get("parameters", ())],
        "responses": {status: resolved(answer) for status, answer in operation["responses"].items()},
        **({"requestBody": resolved(operation["requestBody"])} if "requestBody" in operation else {}),
    }


OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    (method.upper(), path, _whole(operation))
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def example_of(operation: dict[str, Any]) -> dict[str, Any]:
    """The body and the query that the document shows for it, as an HTTP client takes them."""
    required = [each for each in operation["parameters"] if each["in"] == "query" and each.get("required")]
    params = {each["name"]: each["schema"]["examples"][0] for each in required}
    if "requestBody" not in operation:
        return {"params": params}
    schema = resolved(operation["requestBody"]["content"]["application/json"]["schema"])
    return {"params": params, **({"json": schema["examples"][0]} if "properties" in schema else {})}


def tokens_of(operation: dict[str, Any]) -> set[str]:
    """The kinds of token that open it."""
    return {name for kind in operation["security"] for name in kind}


def each_operation(chosen: Callable[[str, dict[str, Any]], Any] = lambda *_: True) -> list[Any]:
    """The operations, or those chosen by path and description, as parameters of a test."""
    return [
        pytest.param(method, path, operation, id=operation["operationId"])
        for method, path, operation in OPERATIONS
        if chosen(path, operation)
    ]
