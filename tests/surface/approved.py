"""The approved surface: one text file per kind, with the facts of each part below its name."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from tests.surface.source import Line

FOLDER = Path(__file__).parent / "approved"
SHOWN = 60


def read(kind: str) -> set[Line]:
    return set(parsed((FOLDER / f"{kind}.txt").read_text("utf-8")))


def write(kind: str, surface: Iterable[Line]) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{kind}.txt").write_text(written(surface), "utf-8")


def written(surface: Iterable[Line]) -> str:
    """Parts in order, the facts of each indented below it, in order too."""
    groups = groupby(sorted(set(surface)), key=lambda line: line[0])
    return "".join(f"{part}\n" + "".join(f"  {fact}\n" for _, fact in lines) for part, lines in groups)


def parsed(text: str) -> Iterator[Line]:
    part = ""
    for line in text.split("\n")[:-1]:
        if line.startswith("  "):
            yield part, line[2:]
        else:
            part = line


def difference(approved: set[Line], surface: set[Line]) -> list[str]:
    """The removed and the added lines, part by part; empty without a change."""
    changed = [
        (part, sign, fact)
        for sign, lines in (("-", approved - surface), ("+", surface - approved))
        for part, fact in lines
    ]
    report: list[str] = []
    for part, facts in groupby(sorted(changed, key=lambda each: (each[0], each[2])), key=lambda each: each[0]):
        report += [part, *(f"  {sign} {fact}" for _, sign, fact in facts)]
    return report[:SHOWN] + [f"… and {len(report) - SHOWN} lines more"] * (len(report) > SHOWN)
