"""The collector of HTTP shows what changes in the OpenAPI document, and leaves out words and component names."""

from copy import deepcopy
from typing import Any

from tests.surface import http
from tests.surface.comparison import change, code, schema_lines

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/rooms/": {
            "get": {
                "operationId": "list_rooms",
                "summary": "Rooms",
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Room"}}}},
                    "404": {
                        "content": {
                            "application/problem+json": {
                                "schema": {"type": "object"},
                                "examples": {"a": {"value": {"error": {"code": "NOT_FOUND"}}}},
                            }
                        }
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Room": {
                "title": "Room",
                "type": "object",
                "required": ["number"],
                "properties": {
                    "number": {"type": "string", "title": "Number"},
                    "floor": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    "next": {"$ref": "#/components/schemas/Room"},
                },
            }
        }
    },
}


def test_a_field_that_leaves_a_response_is_shown() -> None:
    after = deepcopy(DOCUMENT)
    del after["components"]["schemas"]["Room"]["properties"]["number"]

    assert change(http.openapi, DOCUMENT, after) == ["- 200 application/json .number: string required"]


def test_an_operation_id_a_status_and_an_error_code_that_change_are_shown() -> None:
    after = deepcopy(DOCUMENT)
    operation = after["paths"]["/rooms/"]["get"]
    operation["operationId"] = "get_rooms"
    operation["responses"]["404"]["content"]["application/problem+json"]["examples"]["a"]["value"]["error"]["code"] = (
        "X"
    )
    operation["responses"]["204"] = {}

    assert change(http.openapi, DOCUMENT, after) == [
        "+ 204 empty",
        "- 404 problem 1: NOT_FOUND",
        "+ 404 problem 1: X",
        "+ operationId get_rooms",
        "- operationId list_rooms",
    ]


def test_a_change_of_words_component_names_or_the_form_of_null_is_not_shown() -> None:
    after = deepcopy(DOCUMENT)
    room = after["components"]["schemas"].pop("Room")
    after["components"]["schemas"]["RoomView"] = room | {"title": "A room", "description": "With a door."}
    room["properties"]["floor"] = {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Floor"}]}
    room["properties"]["next"] = {"$ref": "#/components/schemas/RoomView"}
    after["components"]["schemas"]["Floor"] = {"type": "integer", "title": "Floor"}
    operation = after["paths"]["/rooms/"]["get"]
    operation["summary"] = "List rooms"
    operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] = "#/components/schemas/RoomView"

    assert change(http.openapi, DOCUMENT, after) == []


def test_an_alias_is_shown_in_full_once_it_differs() -> None:
    before, after = deepcopy(DOCUMENT), deepcopy(DOCUMENT)
    before["paths"]["/room/"] = deepcopy(DOCUMENT["paths"]["/rooms/"])
    after["paths"]["/room/"] = deepcopy(DOCUMENT["paths"]["/rooms/"])
    after["paths"]["/room/"]["get"]["parameters"] = [{"in": "query", "name": "floor", "schema": {"type": "integer"}}]

    assert "+ parameter query floor: integer" in change(http.openapi, before, after)


def test_enums_options_formats_and_defaults_are_shown() -> None:
    before: dict[str, Any] = {"anyOf": [{"type": "string", "format": "date"}, {"enum": ["A", "B"]}], "default": 1}
    after = {"anyOf": [{"enum": ["B", "C"]}, {"type": "string"}], "default": 2}

    assert len(change(schema_lines, before, after)) == 6
    assert change(schema_lines, before, {**before, "anyOf": before["anyOf"][::-1]}) == []


def test_a_header_that_is_renamed_is_shown() -> None:
    before = 'answer(headers={"Location": x}); call.headers.get("if-match")'
    after = 'answer(headers={"Link": x}); call.headers.get("if-none-match")'

    assert change(http.headers, code(before), code(after)) == [
        "+ names link",
        "- names location",
        "- reads if-match",
        "+ reads if-none-match",
    ]
