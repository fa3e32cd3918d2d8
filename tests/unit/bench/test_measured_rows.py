"""Measuring groups of rows: a row or a group that fails is reported, and the others are measured."""

import argparse
from collections.abc import Iterator

import pytest
from rich.console import Console

from tests.bench.__main__ import Results, groups
from tests.bench.harness import Comparison, Measured
from tests.bench.levels import Level


def quick() -> Measured:
    return Measured(10, 1.0, [])


def broken() -> Measured:
    raise AssertionError("nothing came to an end")


def row(name: str, *, fails: bool = False) -> Comparison:
    return Comparison(name, thing=broken if fails else quick, yardstick=quick, against="the same")


def measured(*rows: Comparison | Level, then: Exception | None = None, only: str = "") -> Results:
    def group() -> Iterator[Comparison]:
        yield from rows  # type: ignore[misc]  # a group has rows of one kind
        if then:
            raise then

    results = Results()
    results.measure(group, argparse.Namespace(only=only, rounds=2), Console(quiet=True))
    return results


def test_a_row_that_fails_does_not_end_the_others() -> None:
    results = measured(row("first", fails=True), row("second"))

    assert [figure.comparison.name for figure in results.figures] == ["second"]
    assert results.failed == ["first: nothing came to an end"]


def test_a_group_that_fails_keeps_what_was_measured() -> None:
    results = measured(row("first"), then=RuntimeError("the servers do not start"))

    assert [figure.comparison.name for figure in results.figures] == ["first"]
    assert results.failed == ["the rest of the group: the servers do not start"]


def test_levels_are_kept_apart() -> None:
    results = measured(Level("memory", 300, "MiB", 320), row("first"))

    assert [level.name for level in results.levels] == ["memory"]
    assert [len(figure.things) for figure in results.figures] == [2]


def test_rows_that_are_not_chosen_are_not_measured() -> None:
    results = measured(row("first", fails=True), row("second"), only="sec")

    assert [figure.comparison.name for figure in results.figures] == ["second"]
    assert not results.failed


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("", ["cost", "last room", "system"]),
        ("cost: create", ["cost"]),
        ("last", ["last room"]),
        ("staff click", ["system"]),
    ],
)
def test_a_name_chooses_groups(only: str, expected: list[str]) -> None:
    every = {name: (lambda: iter(())) for name in ("cost", "last room", "system")}

    chosen = groups(only, every)

    assert [name for name, group in every.items() if group in chosen] == expected
