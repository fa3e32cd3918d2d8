"""Records in which order the transactions of a service lock the rows of its tables, read from their statements.

The right order is in the docstrings of the stores, which `order_of` reads.

Counted are `UPDATE`, `DELETE`, `SELECT … FOR UPDATE` (and `SHARE`), an `INSERT … ON CONFLICT`, and advisory locks.
A plain `INSERT` waits only for a transaction that inserts the same key.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import combinations
from typing import Any

import sqlalchemy as sa

ADVISORY = "advisory lock"
OWN = "the service's own"
_INNERMOST = re.compile(r"\(([^()]*)\)")
_CHANGED = re.compile(r"(?:(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE|\bDELETE\s+FROM)\s+(\w+)")
_UPSERTED = re.compile(r"\bINSERT\s+INTO\s+(\w+)(?=.*\bON\s+CONFLICT\b)", re.DOTALL)
_SELECTED = re.compile(
    r"\bFROM\s+(.*?)(?:\bWHERE\b.*?|\bORDER\b.*?|\bLIMIT\b.*?)?"
    r"\bFOR\s+(?:NO\s+KEY\s+UPDATE|UPDATE|SHARE|KEY\s+SHARE)(?:\s+OF\s+(\w+))?",
    re.DOTALL,
)
_TABLE = re.compile(r"(?:^|,|\bJOIN\b)\s*(\w+)(?:\s+(?:AS\s+)?(?!(?:LEFT|CROSS|JOIN|ON|USING)\b)(\w+))?")


def locked_tables(statement: str) -> Iterator[str]:
    """The tables whose rows the statement locks, in the order of its text; a part in parentheses comes first."""
    text = statement
    while part := _INNERMOST.search(text):
        yield from _locked_in(part.group(1))
        text = f"{text[: part.start()]} _ {text[part.end() :]}"
    yield from _locked_in(text)
    if "pg_advisory_xact_lock" in statement or "pg_try_advisory_xact_lock" in statement:
        yield ADVISORY


@cache
def _locked_by(statement: str) -> tuple[str, ...]:
    return tuple(locked_tables(statement))


def _locked_in(text: str) -> Iterator[str]:
    for tables, only in _SELECTED.findall(text):
        for table, alias in _TABLE.findall(tables):
            if not only or only in (table, alias):
                yield table
    yield from _UPSERTED.findall(text)
    yield from _CHANGED.findall(text)


@dataclass(frozen=True)
class StatedOrder:
    """The tables in the order in which their rows are locked, and those whose rows are locked at any time."""

    levels: tuple[str, ...]
    at_any_time: frozenset[str]

    def inversions(self, transaction: Sequence[str]) -> set[tuple[str, str]]:
        """Each pair of tables that the transaction locked the other way round, and each table that is in no list."""
        ordered = [table for table in transaction if table not in self.at_any_time]
        known = [table for table in ordered if table in self.levels]
        return {(table, "in no list") for table in ordered if table not in self.levels} | {
            pair for pair in combinations(known, 2) if self.levels.index(pair[1]) < self.levels.index(pair[0])
        }


def order_of(service: str) -> StatedOrder:
    """The order that the docstrings of a service's stores and of the chassis's state."""
    common = _stated(import_module("chassis.transactions.store").__doc__ or "")
    own = _stated(import_module(f"services.{service}.store").__doc__ or "")
    at = common.levels.index(OWN)
    levels = (*common.levels[:at], *own.levels, *common.levels[at + 1 :])
    return StatedOrder(levels, common.at_any_time | own.at_any_time)


def _stated(text: str) -> StatedOrder:
    levels = re.findall(r"^\d+\. `(.+?)`", text, re.MULTILINE)
    listed = re.findall(r"^\* (.+?): ", text, re.MULTILINE | re.DOTALL)
    return StatedOrder(tuple(levels), frozenset(re.findall(r"`(\w+)`", " ".join(listed))))


class LockOrder:
    """The tables that each transaction of an engine has locked, each at the time of its first lock."""

    def __init__(self, engine: sa.Engine) -> None:
        self.transactions: set[tuple[str, ...]] = set()
        self._open: dict[Any, dict[str, None]] = {}
        sa.event.listen(engine, "begin", self._begin)
        sa.event.listen(engine, "before_cursor_execute", self._note)
        sa.event.listen(engine, "commit", self._end)
        sa.event.listen(engine, "rollback", self._end)

    def inversions(self, stated: StatedOrder) -> set[tuple[str, str]]:
        """The inversions of all transactions so far."""
        return {pair for transaction in self.transactions for pair in stated.inversions(transaction)}

    def _begin(self, connection: sa.Connection) -> None:
        self._open[connection] = {}

    def _note(self, connection: sa.Connection, _: Any, statement: str, *__: Any) -> None:
        if connection in self._open:
            self._open[connection].update(dict.fromkeys(_locked_by(statement)))

    def _end(self, connection: sa.Connection) -> None:
        self.transactions.add(tuple(self._open.pop(connection, {})))
