"""From a heap of happenings to one timeline: each below what led to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotelmate.story.happening import Happening, Kind


@dataclass(frozen=True)
class Line:
    """A happening in its place: how many causes deep, and when (of the root's time) it all began."""

    happening: Happening
    depth: int
    root: Happening


def weave(happenings: Sequence[Happening]) -> list[Line]:
    """Roots in the order of their time, what each led to below it. Nothing is lost, and nothing is told twice."""
    ordered = sorted(happenings, key=lambda one: (one.at, one.kind is not Kind.DELIVERY))
    known = {one.id: one for one in ordered if one.id}
    below: dict[str, list[Happening]] = {}
    roots = []
    for one in ordered:
        parent = _parent(one, known, ordered)
        if parent is None:
            roots.append(one)
        else:
            below.setdefault(parent, []).append(one)
    return [line for root in roots for line in _told(root, root, 0, below)]


def _parent(one: Happening, known: dict[str, Happening], ordered: Sequence[Happening]) -> str | None:
    """What it names as its cause, else the request that it was done for, else the notice that began its trace."""
    if one.cause in known and not _leads_to(one.id, one.cause, known):
        return one.cause
    if one.kind is Kind.REQUEST:
        return None
    named = f"request/{one.facts.get('request_id', '')}"
    if named in known:
        return named
    began = [
        other
        for other in ordered
        if other.trace_id and other.trace_id == one.trace_id and other is not one and other.at <= one.at
    ]
    for kind in (Kind.REQUEST, Kind.WEBHOOK):
        found = [other.id for other in began if other.kind is kind]
        if found and one.kind is not kind:
            return found[-1]
    return None


def _leads_to(wanted: str, start: str, known: dict[str, Happening]) -> bool:
    """Whether following the causes from `start` comes to `wanted`, or never ends."""
    seen: set[str] = set()
    while start in known and start not in seen:
        if start == wanted and wanted:
            return True
        seen.add(start)
        start = known[start].cause
    return start in seen


def _told(one: Happening, root: Happening, depth: int, below: dict[str, list[Happening]]) -> Iterator[Line]:
    yield Line(one, depth, root)
    for next_one in below.get(one.id, ()) if one.id else ():
        yield from _told(next_one, root, depth + 1, below)
