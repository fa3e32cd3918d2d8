"""Log lines: their stable names, with the facts beside each, read from the calls that write them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import product
from typing import Any, get_type_hints

from tests.surface.source import Line, attribute, calls, nodes, texts

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def written(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """`level name: facts` of every log line that a deployable writes itself."""
    for deployable, tree in modules:
        assigned = _assigned(tree)
        for call in calls(tree):
            logged = _logged(call, assigned)
            if logged is None:
                continue
            levels, name, keywords = logged
            facts = " ".join(sorted(word.arg or "…" for word in keywords if word.arg != "exc_info"))
            values = texts(name) or {each for node in assigned.get(attribute(name), ()) for each in texts(node)}
            for level, value in product(sorted(levels), sorted(values)):
                yield deployable, f"{level} {value}: {facts}"


def _logged(
    call: ast.Call, assigned: Mapping[str, list[ast.expr]]
) -> tuple[set[str], ast.expr, list[ast.keyword]] | None:
    """The levels, the name and the facts of a call that writes a log line: `log.info(…)`, an alias, or a `partial`."""
    if levels := _levels(call.func, assigned):
        return (levels, call.args[0], call.keywords) if call.args else None
    if attribute(call.func) == "partial" and len(call.args) > 1 and (levels := _levels(call.args[0], assigned)):
        return levels, call.args[1], call.keywords
    return None


def _levels(node: ast.expr, assigned: Mapping[str, list[ast.expr]]) -> set[str]:
    match node:
        case ast.Attribute(value=owner, attr=level) if level in LEVELS and attribute(owner).lower() in {
            "log",
            "_log",
            "logger",
        }:
            return {level}
        case ast.IfExp(body=body, orelse=other):
            return _levels(body, {}) | _levels(other, {})
        case ast.Name(id=name):
            return {level for value in assigned.get(name, ()) for level in _levels(value, {})}
    return set()


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    values: dict[str, list[ast.expr]] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    return values


def of_events(events: Mapping[str, type[Any]], name_of: Any, staff: Any) -> Iterator[Line]:
    """The log names of each event, for every actor and medium."""
    for wire_name, kind in events.items():
        for who, medium in product((None, staff), ("mail", "sms", "push")):
            yield f"event {wire_name}", name_of(_made(kind, who=who, medium=medium))


def _made(kind: type[Any], *, who: Any, medium: str) -> Any:
    """An event of which only what its log name may depend on is set."""
    event, types = object.__new__(kind), get_type_hints(kind)
    for field in fields(kind):
        is_actor = type(who) in (types[field.name], *getattr(types[field.name], "__args__", ()))
        object.__setattr__(event, field.name, medium if field.name == "medium" else who if is_actor else None)
    return event
