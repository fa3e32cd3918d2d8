"""The HTTP interface: every operation of the OpenAPI document field by field, and the headers beside it."""

import ast
import json
import re
from collections.abc import Iterable, Iterator

from tests.surface.schemas import WORDS, Schema, lines, resolved
from tests.surface.source import Line, attribute, calls, keys, nodes, text

PROBLEM = "application/problem+json"
TITLED = re.compile(r"[A-Z][a-z]*(-[A-Z]+[A-Za-z]*)+|ETag")
OWN = {"operationId", "deprecated"}


def openapi(document: Schema) -> Iterator[Line]:
    """Operations with parameters, bodies, statuses and error codes; equal content stands at the first only."""
    problems: dict[tuple[str, ...], str] = {}
    first: dict[tuple[str, ...], str] = {}
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, item in sorted(document["paths"].items())
        for method, operation in sorted(item.items())
    ]
    for name, operation in sorted(operations, key=lambda each: bool(each[1].get("deprecated"))):
        for key in OWN & operation.keys():
            yield name, f"{key} {operation[key]}"
        content = tuple(sorted(_content(operation, document, problems)))
        same = first.setdefault(content, name)
        yield from ((name, line) for line in (content if same == name else (f"all else as {same}",)))
    for shape, name in problems.items():
        yield from ((name, line) for line in shape)


def _content(operation: Schema, document: Schema, problems: dict[tuple[str, ...], str]) -> Iterator[str]:
    for key, value in operation.items():
        if key not in WORDS | OWN | {"parameters", "requestBody", "responses"}:
            yield f"{key} {json.dumps(value, sort_keys=True)}"
    for each in operation.get("parameters", ()):
        parameter = resolved(each, document)
        for line in lines(parameter["schema"], document, note=_required(parameter)):
            yield f"parameter {parameter['in']} {parameter['name']}{line}"
    if "requestBody" in operation:
        body = resolved(operation["requestBody"], document)
        for media, content in body["content"].items():
            schema = content.get("schema", {})
            yield from (f"body {media} {line}" for line in lines(schema, document, note=_required(body)))
    for status, each in operation["responses"].items():
        response = resolved(each, document)
        if not response.get("content"):
            yield f"{status} empty"
        for name, header in response.get("headers", {}).items():
            yield from (f"{status} header {name}{line}" for line in lines(header.get("schema", {}), document))
        for media, content in response.get("content", {}).items():
            shape = tuple(sorted(lines(content.get("schema", {}), document)))
            if media == PROBLEM:
                problem = problems.setdefault(shape, f"problem {len(problems) + 1}")
                yield f"{status} {problem}: {' '.join(sorted(set(_codes(content, document))))}"
            else:
                yield from (f"{status} {media} {line}" for line in shape)


def _required(node: Schema) -> str:
    return " required" if node.get("required") else ""


def _codes(content: Schema, document: Schema) -> Iterator[str]:
    examples = [resolved(each, document).get("value", {}) for each in content.get("examples", {}).values()]
    for example in [*examples, content.get("example", {})]:
        code = example.get("error", {}).get("code")
        if code:
            yield str(code)


def headers(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The names of headers in the gateway's code, in lower case: `reads` those of requests, `names` all others."""
    for deployable, tree in modules:
        for node in nodes(tree):
            match node:
                case ast.Constant(value=str(value)) if TITLED.fullmatch(value):
                    yield deployable, f"names {value.lower()}"
                case ast.Constant(value=bytes(value)) if re.fullmatch(rb"[a-z]+(-[a-z]+)*", value):
                    yield deployable, f"names {value.decode()}"
                case ast.keyword(arg="headers", value=value):
                    yield from ((deployable, f"names {key[1:].lower()}") for key in keys(value) if key[1].isupper())
        for call in calls(tree):
            owner = getattr(call.func, "value", None)
            if call.args and attribute(call.func) in {"get", "getlist"} and attribute(owner) == "headers":
                yield deployable, f"reads {text(call.args[0])}".lower()
