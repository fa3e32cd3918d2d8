"""Metrics: what `/metrics` shows, by name, type and labels."""

from collections.abc import Iterator
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.surface.source import Line

OPEN = {"instance", "le", "method", "route", "status"}  # labels whose values depend on what runs


def exposed(text: str) -> Iterator[Line]:
    """Every family of Prometheus's text format. Values of the labels that name our own things are part of it."""
    for family in text_string_to_metric_families(text):
        yield family.name, family.type
        for sample in family.samples:
            yield family.name, f"{sample.name}{{{','.join(sorted(sample.labels))}}}"
            yield from ((family.name, f"{name}={sample.labels[name]}") for name in sample.labels.keys() - OPEN)


class EmptyDatabase:
    """Answers each statement of the metrics as a database without rows: no row, and counts that are zero."""

    def execute(self, _: Any, parameters: Any = None) -> "_Counts":
        return _Counts(tuple((parameters or {}).get("kinds", ())))


class _Counts:
    def __init__(self, kinds: tuple[str, ...]) -> None:
        self._kinds = kinds

    def __iter__(self) -> Iterator[Any]:
        return (_Zeros(kind) for kind in self._kinds)

    def all(self) -> list[Any]:
        return list(self)

    def one(self) -> Any:
        return _Zeros("")

    def scalar_one(self) -> int:
        return 0


class _Zeros:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __getattr__(self, name: str) -> int:
        return 0
