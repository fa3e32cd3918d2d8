"""A JSON schema as lines, one for each field: what a client can tell apart, and nothing that is only words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {"title", "description", "summary", "example", "examples", "externalDocs", "tags", "$schema", "$id", "$defs"}
PARTS = {"$ref", "anyOf", "oneOf", "allOf", "properties", "items", "prefixItems", "required"}

Schema = Mapping[str, Any]


def resolved(node: Schema, document: Schema) -> Schema:
    """The target of a `$ref`; a node without one is returned unchanged."""
    while "$ref" in node:
        node = _merged(node, _target(node["$ref"], document), "$ref")
    return node


def lines(
    schema: Schema, document: Schema, path: str = "", *, note: str = "", above: tuple[str, ...] = ()
) -> Iterator[str]:
    """`path: facts` of the schema and of all below it, references inlined; a reference to what is above ends there."""
    plain, nullable, above, again = _plain(schema, document, above)
    if again:
        yield f"{path}: recursive{note}"
        return
    facts = {key: value for key, value in plain.items() if key not in WORDS | PARTS}
    below = facts.pop("additionalProperties", True)
    kind = facts.pop("type", "any")
    options = plain.get("anyOf") or plain.get("oneOf") or ()
    if options:
        kind = f"one of {len(options)}"
    closed = " closed" if below is False else ""
    notes = "".join(f" {key}={_text(facts[key])}" for key in sorted(facts))
    yield f"{path}: {kind if isinstance(kind, str) else _text(kind)}{' nullable' * nullable}{note}{closed}{notes}"
    for number, option in enumerate(sorted(tuple(lines(each, document, above=above)) for each in options)):
        yield from (f"{path}|{number}{line}" for line in option)
    required = plain.get("required", ())
    for name, field in plain.get("properties", {}).items():
        yield from lines(field, document, f"{path}.{name}", note=" required" * (name in required), above=above)
    for number, item in enumerate(plain.get("prefixItems", ())):
        yield from lines(item, document, f"{path}[{number}]", above=above)
    if isinstance(plain.get("items"), Mapping):
        yield from lines(plain["items"], document, f"{path}[]", above=above)
    if isinstance(below, Mapping) and below:
        yield from lines(below, document, f"{path}{{}}", above=above)


def _plain(schema: Schema, document: Schema, above: tuple[str, ...]) -> tuple[Schema, bool, tuple[str, ...], bool]:
    """Without references, without `allOf` of one, and `X or null` as X that may be null."""
    nullable = False
    while True:
        if "$ref" in schema:
            if schema["$ref"] in above:
                return schema, nullable, above, True
            above = (*above, schema["$ref"])
            schema = _merged(schema, _target(schema["$ref"], document), "$ref")
            continue
        for key in ("anyOf", "oneOf", "allOf"):
            options = [option for option in schema.get(key, ()) if option.get("type") != "null"]
            nullable = nullable or len(options) < len(schema.get(key, ()))
            if len(options) == 1:
                schema = _merged(schema, options[0], key)
                break
            if options:
                schema = {**schema, key: options}
        else:
            break
    if isinstance(schema.get("type"), list):
        kinds = sorted(kind for kind in schema["type"] if kind != "null")
        nullable = nullable or "null" in schema["type"]
        schema = {**schema, "type": kinds[0] if len(kinds) == 1 else kinds}
    if None in schema.get("enum", ()):
        nullable, schema = True, {**schema, "enum": [value for value in schema["enum"] if value is not None]}
    return schema, nullable, above, False


def _target(reference: str, document: Schema) -> Schema:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    target: Schema = node
    return target


def _merged(schema: Schema, target: Schema, instead_of: str) -> Schema:
    return {**target, **{key: value for key, value in schema.items() if key != instead_of}}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(sorted(str(each) for each in value))
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
