"""The OpenAPI document: valid, whole, with examples that fit and are understood."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from gateway.openapi.examples import BY_NAME
from tests.unit.gateway import builders
from tests.unit.gateway.document import DOCUMENT, OPERATIONS, each_operation, example_of, resolved, tokens_of
from tests.unit.gateway.fakes import GUEST, Gateway, code

PUBLIC = f"/api/public/hotels/{builders.HOTEL}/"


def test_every_operation_is_documented_whole(gateway: Gateway) -> None:
    document = gateway.get("/openapi.json").json()
    ids = []
    for path, methods in document["paths"].items():
        declared = {resolved(each)["name"] for method in methods.values() for each in method.get("parameters", ())}
        assert {part[1:-1] for part in path.split("/") if part.startswith("{")} <= declared
        for method, operation in methods.items():
            ids.append(operation["operationId"])
            assert operation["summary"]
            for status, answer in operation["responses"].items():
                assert "content" in resolved(answer) or status == "204"
            if path.startswith("/api/") and operation.get("requestBody") is None and method not in ("get", "delete"):
                assert path.endswith("/logout/")
    assert len(ids) == len(set(ids))
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_reference_in_the_document_leads_somewhere(gateway: Gateway) -> None:
    document = gateway.get("/openapi.json").json()

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [reference for value in part.values() for reference in references(value)]
        return [reference for value in part for reference in references(value)] if isinstance(part, list) else []

    for reference in set(references(document)):
        _, components, kind, name = reference.split("/")
        assert name in document[components][kind]


@pytest.mark.slow
def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)  # type: ignore[arg-type]


def test_an_invalid_openapi_document_is_refused() -> None:
    with pytest.raises(OpenAPIValidationError):
        validate({**DOCUMENT, "paths": {"livez": {}}})  # type: ignore[arg-type]


def test_an_alias_is_documented_as_its_canonical_operation() -> None:
    canonical = {
        documented["operationId"]: documented for _, _, documented in OPERATIONS if not documented.get("deprecated")
    }
    older = [documented for _, _, documented in OPERATIONS if documented.get("deprecated")]

    assert len(older) > 150
    for documented in older:
        known = canonical[documented["operationId"].partition("_alias_")[0]]
        for part in ("summary", "tags", "responses", "requestBody", "security"):
            assert documented.get(part) == known.get(part)


def test_every_example_fits_its_schema(gateway: Gateway) -> None:
    document = gateway.get("/openapi.json").json()
    schemas = document["components"]["schemas"]

    for name, schema in schemas.items():
        validator = Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})
        assert "examples" in schema or "properties" not in schema
        for example in schema.get("examples", ()):
            assert [error.message for error in validator.iter_errors(example)] == []


def test_a_refused_price_has_the_example_of_a_preview() -> None:
    preview = DOCUMENT["components"]["examples"]["PRICE_CHANGED"]["value"]["preview"]

    validator = Draft202012Validator({**DOCUMENT, "$ref": "#/components/schemas/ChangePreview"})
    assert [error.message for error in validator.iter_errors(preview)] == []


def test_no_example_leaves_a_text_open() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert "…" not in json.dumps(schema.get("examples", ()), ensure_ascii=False), name


def test_every_shared_example_belongs_to_a_documented_field() -> None:
    fields = {name for schema in DOCUMENT["components"]["schemas"].values() for name in schema.get("properties", ())}

    assert BY_NAME.keys() - fields == set()


@pytest.mark.parametrize(
    ("method", "path", "operation"), each_operation(lambda _, operation: not operation.get("deprecated"))
)
def test_every_example_is_a_valid_request(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    proof = manager if tokens_of(operation) == {"staffToken"} else GUEST

    answer = gateway.call(method, path.format_map(builders.SAMPLES), headers=proof, **example_of(operation))

    nobody_is_there = path.endswith(("/login/", "/password/change/")) and code(answer) == "INVALID_CREDENTIALS"
    assert answer.status_code in {200, 204, 503} or nobody_is_there, answer.text


def test_answers_fit_their_documented_schema(gateway: Gateway, manager: dict[str, str]) -> None:
    from contracts.bookings.queries import GetBooking

    gateway.bus.answers(GetBooking, builders.in_house(confirmed_by=builders.CLERK))
    document = gateway.get("/openapi.json").json()
    guests = gateway.get(f"{PUBLIC}room-bookings/{builders.BOOKING}/", headers=GUEST).json()
    staffs = gateway.get(
        f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/", headers=manager
    ).json()
    refused = gateway.get("/nowhere").json()

    for name, answer in (("GuestBooking", guests), ("StaffBooking", staffs), ("Problem", refused)):
        validator = Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})
        assert [error.message for error in validator.iter_errors(answer)] == []
        assert name == "Problem" or answer.keys() == document["components"]["schemas"][name]["properties"].keys()
