"""Orders a timeline's entries by cause: each entry follows the entry that caused it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.operations import EntryKind, TimelineEntry


@dataclass(frozen=True)
class PlacedEntry:
    """An entry with the number of causes above it (`depth`) and the first of these causes (`root`)."""

    entry: TimelineEntry
    depth: int
    root: TimelineEntry


def by_cause(entries: Sequence[TimelineEntry]) -> list[PlacedEntry]:
    """The entries without a cause, ordered by time, each followed by its effects. Every entry occurs exactly once."""
    ordered = sorted(entries, key=lambda entry: (entry.at, entry.kind is not EntryKind.DELIVERY))
    by_id = {entry.id: entry for entry in ordered if entry.id}
    effects: dict[str, list[TimelineEntry]] = {}
    roots = []
    for entry in ordered:
        cause = _cause(entry, by_id, ordered)
        if cause is None:
            roots.append(entry)
        else:
            effects.setdefault(cause, []).append(entry)
    return [placed for root in roots for placed in _placed(root, root, 0, effects)]


def _cause(entry: TimelineEntry, by_id: Mapping[str, TimelineEntry], ordered: Sequence[TimelineEntry]) -> str | None:
    """The entry's cause, by id: as named, else its request, else the last earlier request or webhook of its trace."""
    if entry.cause in by_id and not _leads_to(entry.id, entry.cause, by_id):
        return entry.cause
    if entry.kind is EntryKind.REQUEST:
        return None
    request_id = f"request/{entry.facts.get('request_id', '')}"
    if request_id in by_id:
        return request_id
    earlier = [
        other
        for other in ordered
        if other.trace_id and other.trace_id == entry.trace_id and other is not entry and other.at <= entry.at
    ]
    for kind in (EntryKind.REQUEST, EntryKind.WEBHOOK):
        ids = [other.id for other in earlier if other.kind is kind]
        if ids and entry.kind is not kind:
            return ids[-1]
    return None


def _leads_to(target: str, start: str, by_id: Mapping[str, TimelineEntry]) -> bool:
    """Whether the chain of causes from `start` reaches `target` or is circular."""
    visited: set[str] = set()
    while start in by_id and start not in visited:
        if start == target and target:
            return True
        visited.add(start)
        start = by_id[start].cause
    return start in visited


def _placed(
    entry: TimelineEntry, root: TimelineEntry, depth: int, effects: Mapping[str, Sequence[TimelineEntry]]
) -> Iterator[PlacedEntry]:
    yield PlacedEntry(entry, depth, root)
    for effect in effects.get(entry.id, ()) if entry.id else ():
        yield from _placed(effect, root, depth + 1, effects)
