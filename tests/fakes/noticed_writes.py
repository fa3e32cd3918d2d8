"""What a service writes, by table, so that the platform looks for due work only where there may be some."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa

_WRITTEN = re.compile(r"(?<!FOR )(?<!KEY )(?<!DO )\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+(\w+)")
_WORD = re.compile(r"\w+")


@cache
def _written(statement: str) -> tuple[str, ...]:
    return tuple(_WRITTEN.findall(statement))


@cache
def _words(statement: str) -> frozenset[str]:
    return frozenset(_WORD.findall(statement))


class NoticedWrites:
    """Counts the writes to each table through these engines: each when it is executed, and again at the commit.

    A statement that returned and affected no row does not count.
    """

    def __init__(self, *engines: sa.Engine) -> None:
        self._writes: Counter[str] = Counter()
        self._uncommitted: dict[sa.Connection, set[str]] = {}
        self._read: set[str] | None = None
        for engine in engines:
            sa.event.listen(engine, "after_cursor_execute", self._note)
            sa.event.listen(engine, "commit", self._end)
            sa.event.listen(engine, "rollback", self._end)

    def number(self, words: frozenset[str] | None = None) -> int:
        """How many writes there were, of all tables or of those whose names are among `words`."""
        return sum(count for table, count in self._writes.items() if words is None or table in words)

    def note_ask(self) -> None:
        """Count an ask to another service as a write, because the look may find something else there the next time."""
        self._writes["another service's"] += 1

    @contextmanager
    def reading(self) -> Iterator[set[str]]:
        """Collects the words of the statements that are executed in the block; they name every table that was read."""
        words: set[str] = set()
        self._read = words
        try:
            yield words
        finally:
            self._read = None

    def _note(self, connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
        if self._read is not None:
            self._read |= _words(statement)
        if cursor.rowcount and (tables := _written(statement)):
            self._writes.update(tables)
            self._uncommitted.setdefault(connection, set()).update(tables)

    def _end(self, connection: sa.Connection) -> None:
        self._writes.update(self._uncommitted.pop(connection, ()))


class LooksInVain:
    """Looks for due work that found none, each with the words of its statements and the number of writes so far."""

    def __init__(self, writes: NoticedWrites) -> None:
        self._writes = writes
        self._looks: dict[str, tuple[frozenset[str], int]] = {}

    def forget(self, *names: str) -> None:
        """Forget these looks; without names all."""
        for name in names or list(self._looks):
            self._looks.pop(name, None)

    def repeats(self, name: str) -> bool:
        """Whether the look would find nothing again, because no table that it read has been written since."""
        words, number = self._looks.get(name, (frozenset[str](), -1))
        return self._writes.number(words) == number

    def look(self, name: str, find: Callable[[], bool]) -> bool:
        """What `find` returns. Where it found nothing and wrote nothing, the look is in vain."""
        before = self._writes.number()
        with self._writes.reading() as words:
            is_due = find()
        if not is_due and self._writes.number() == before:
            self._looks[name] = frozenset(words), self._writes.number(frozenset(words))
        return is_due
