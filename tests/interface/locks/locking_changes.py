"""Finds statements that lock rows and change rows at once: an `UPDATE` or `DELETE` that has a `SELECT … FOR UPDATE`.

After a wait for the lock, the `SELECT` returns the row as it is now, while the change still begins with the row as it
was when the statement began: PostgreSQL computes the new row from that one, and checks the table's constraints, before
it notices that there is a newer row and computes again.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("chassis", "services", "gateway", "hotelmate")
LOCKS = re.compile(r"\bFOR\s+(NO\s+KEY\s+UPDATE|UPDATE|SHARE|KEY\s+SHARE)\b")
CHANGES = re.compile(r"(?<!DO )\bUPDATE\s+\w+(\s+AS)?(\s+\w+)?\s+SET\b|\bDELETE\s+FROM\b")
CHANGING = {"update", "delete"}


def locks_and_changes(statement: str) -> bool:
    """Whether this SQL statement does both."""
    return bool(LOCKS.search(statement) and CHANGES.search(statement))


def locking_changes() -> Iterator[str]:
    """Each place of such a statement: `module.CONSTANT`, or `module.function` where a function builds the statement."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield from (f"{module}.{name}" for name in names_in(module, path.read_text("utf-8")))


def names_in(module: str, text: str) -> Iterator[str]:
    """The constants and functions of a module that hold or build such a statement."""
    if not re.search(r"with_for_update|\bFOR\s", text):
        return
    tree = ast.parse(text)
    for name, value in vars(importlib.import_module(module)).items():
        if (
            isinstance(value, sa.sql.ClauseElement | str)
            and f"\n{name} = " in f"\n{text}"
            and locks_and_changes(sql(value))
        ):
            yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            called = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
            texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            written = any(isinstance(each, str) and locks_and_changes(each) for each in texts)
            if written or ("with_for_update" in called and called & CHANGING):
                yield node.name


def sql(statement: sa.sql.ClauseElement | str) -> str:
    """The statement as PostgreSQL reads it. The text of a late statement is a part of one."""
    if isinstance(statement, str):
        return statement
    return str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
