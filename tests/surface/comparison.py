"""The comparison of two versions of a small surface."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from tests.surface import approved
from tests.surface.schemas import lines
from tests.surface.source import Line

Collector = Callable[[Any], Iterable[Line]]


def change(collect: Collector, before: Any, after: Any) -> list[str]:
    """The lines of the comparison, without the names of the parts."""
    lines = approved.difference(set(collect(before)), set(collect(after)))
    return [line.strip() for line in lines if line.startswith("  ")]


def code(source: str) -> list[tuple[str, ast.Module]]:
    return [("part", ast.parse(source))]


def schema_lines(schema: Any) -> Iterable[Line]:
    return (("schema", line) for line in lines(schema, schema))
