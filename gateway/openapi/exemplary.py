"""An example for every documented shape: those written by hand, and others made from the same words."""

import re
from typing import Any

from gateway.openapi.examples import EXAMPLES
from gateway.openapi.words import WORDS

BY_FORMAT = {"date": "2026-08-14", "date-time": "2026-07-01T09:30:00Z", "uuid": "0f3c9a51-b7e8-4c0f-9a6d-2b1e7c5d4f3a"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:]+Z)?")
PYTHON: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None), "array": list,
    "object": dict,
}  # fmt: skip


def add_schema_examples(schemas: dict[str, Any]) -> None:
    """One to each schema that has fields."""
    for name, schema in schemas.items():
        if "properties" in schema:
            schema["examples"] = [EXAMPLES.get(name) or _of(schema, schemas, name="", within=name)]


def add_parameter_examples(operation: dict[str, Any]) -> None:
    """One to each query parameter that must be given."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter.get("required"):
            parameter["schema"]["examples"] = [_of(parameter["schema"], {}, name=parameter["name"])]


def _of(schema: dict[str, Any], schemas: dict[str, Any], *, name: str, within: str = "") -> Any:
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[-1]
        return EXAMPLES.get(target) or _of(schemas[target], schemas, name=name, within=target)
    for word in (*WORDS.get(f"{within}.{name}", ()), *WORDS.get(name, ())):
        if _fits(schema, word):
            return word
    if any(each.get("type") == "null" for each in schema.get("anyOf", ())):
        return None
    if "examples" in schema or "enum" in schema:
        return (schema.get("examples") or schema["enum"])[0]
    if schema.get("default") is not None:
        return schema["default"]
    if "anyOf" in schema:
        return _of(schema["anyOf"][0], schemas, name=name)
    return _typed(schema, schemas, name=name, within=within)


def _typed(schema: dict[str, Any], schemas: dict[str, Any], *, name: str, within: str) -> Any:
    match schema.get("type"):
        case "object":
            return {each: _of(part, schemas, name=each, within=within) for each, part in _shown(schema).items()}
        case "array":
            return [_of(schema["items"], schemas, name=name)] if schema.get("items") else []
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "string":
            return BY_FORMAT.get(schema.get("format", ""), "…")
        case "boolean":
            return False
    return None


def _shown(schema: dict[str, Any]) -> dict[str, Any]:
    """Of what is sent, the fields that must be, or are usual; of what is answered, all."""
    fields: dict[str, Any] = schema.get("properties", {})
    if schema.get("additionalProperties", True) is not False:
        return fields
    return {name: part for name, part in fields.items() if name in schema.get("required", ()) or name in WORDS}


def _fits(schema: dict[str, Any], word: Any) -> bool:
    if "anyOf" in schema:
        return any(_fits(each, word) for each in schema["anyOf"])
    kind = schema.get("type", "")
    if not isinstance(word, PYTHON.get(kind, ())) or isinstance(word, bool) is not (kind == "boolean"):
        return False
    if isinstance(word, str):
        return (
            word in schema.get("enum", (word,))
            and re.search(schema.get("pattern", ""), word) is not None
            and schema.get("minLength", 0) <= len(word) <= schema.get("maxLength", len(word))
            and ("format" in schema) is bool(_MOMENT.fullmatch(word))
        )
    if isinstance(word, list):
        return all(_fits(schema.get("items", {}), each) for each in word)
    return True
