"""Records in which order the transactions of a service lock the rows of its tables, read from their statements.

Counted are `UPDATE`, `DELETE`, `SELECT … FOR UPDATE` (and `SHARE`), an `INSERT … ON CONFLICT`, and advisory locks.
A plain `INSERT` waits only for a transaction that inserts the same key.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

ADVISORY = "advisory lock"
_INNERMOST = re.compile(r"\(([^()]*)\)")
_CHANGED = re.compile(r"(?:(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE|\bDELETE\s+FROM)\s+(\w+)")
_UPSERTED = re.compile(r"\bINSERT\s+INTO\s+(\w+)(?=.*\bON\s+CONFLICT\b)", re.DOTALL)
_SELECTED = re.compile(
    r"\bFROM\s+(.*?)(?:\bWHERE\b.*?|\bORDER\b.*?|\bLIMIT\b.*?)?"
    r"\bFOR\s+(?:NO\s+KEY\s+UPDATE|UPDATE|SHARE|KEY\s+SHARE)(?:\s+OF\s+(\w+))?",
    re.DOTALL,
)
_TABLE = re.compile(r"(?:^|,|\bJOIN\b)\s*(\w+)(?:\s+(?:AS\s+)?(\w+))?")


def locked_tables(statement: str) -> Iterator[str]:
    """The tables whose rows the statement locks, in the order of its text; a part in parentheses comes first."""
    text = statement
    while part := _INNERMOST.search(text):
        yield from _locked_in(part.group(1))
        text = f"{text[: part.start()]} _ {text[part.end() :]}"
    yield from _locked_in(text)
    if "pg_advisory_xact_lock" in statement or "pg_try_advisory_xact_lock" in statement:
        yield ADVISORY


def _locked_in(text: str) -> Iterator[str]:
    for tables, only in _SELECTED.findall(text):
        for table, alias in _TABLE.findall(tables):
            if not only or only in (table, alias):
                yield table
    yield from _UPSERTED.findall(text)
    yield from _CHANGED.findall(text)


class LockOrder:
    """The tables that each transaction of an engine has locked, each at the time of its first lock."""

    def __init__(self, engine: sa.Engine) -> None:
        self.transactions: set[tuple[str, ...]] = set()
        self._open: dict[Any, dict[str, None]] = {}
        sa.event.listen(engine, "begin", self._begin)
        sa.event.listen(engine, "before_cursor_execute", self._note)
        sa.event.listen(engine, "commit", self._end)
        sa.event.listen(engine, "rollback", self._end)

    def inversions(self, order: Sequence[str], *, free: frozenset[str]) -> set[tuple[str, str]]:
        """Pairs of tables locked the other way round than in `order`, and tables that are in neither list.

        Tables in `free` are locked at any time: no transaction waits for another table's row while it has one of
        theirs, or their rows have one owner.
        """
        wrong = set()
        for transaction in self.transactions:
            levels = [(order.index(table) if table in order else -1, table) for table in transaction]
            ordered = [(level, table) for level, table in levels if table not in free]
            wrong |= {(table, "in no list") for level, table in ordered if level < 0}
            wrong |= {(a, b) for i, (x, a) in enumerate(ordered) for y, b in ordered[i + 1 :] if y < x}
        return wrong

    def _begin(self, connection: sa.Connection) -> None:
        self._open[connection] = {}

    def _note(self, connection: sa.Connection, _: Any, statement: str, *__: Any) -> None:
        if connection in self._open:
            self._open[connection].update(dict.fromkeys(locked_tables(statement)))

    def _end(self, connection: sa.Connection) -> None:
        self.transactions.add(tuple(self._open.pop(connection, {})))
