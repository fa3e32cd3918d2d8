"""The running role of a database may delete from exactly those tables from which the service's code deletes."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.transactions import retention
from chassis.transactions.grants import CHASSIS, grants_in
from chassis.transactions.migrate import migrations_of
from contracts.catalogue import OWNERS
from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
STATEMENT = re.compile(r"DELETE FROM (\w+)")


def deletes(folder: str) -> Iterator[str]:
    """The tables from which the code in this folder deletes: statements in texts, and calls of `TABLE.delete()`."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text("utf-8")
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from STATEMENT.findall(node.value)
            elif isinstance(node, ast.Attribute) and node.attr == "delete" and isinstance(node.value, ast.Name):
                table = (
                    getattr(importlib.import_module(module), node.value.id, None) if node.value.id.isupper() else None
                )
                if isinstance(table, sa.Table):
                    yield table.name


OF_EVERY_SERVICE = {*deletes("chassis/transactions"), *deletes("chassis/messaging"), *deletes("chassis/jobs")}
OF_EVERY_SERVICE |= {table.name for table, _, _ in retention._OLD}


@pytest.mark.parametrize("name", [*OWNERS, "gateway"])
def test_the_running_role_deletes_where_the_code_does(name: str) -> None:
    folder, shared = ("gateway", set[str]()) if name == "gateway" else (f"services/{name}", OF_EVERY_SERVICE)
    grants = {**(CHASSIS if shared else {}), **grants_in(migrations_of(name))}

    assert {table for table, privileges in grants.items() if "DELETE" in privileges} == {*deletes(folder), *shared}
