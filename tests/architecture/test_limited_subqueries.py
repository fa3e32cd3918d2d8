"""No condition is `IN` over a subquery with a LIMIT.

PostgreSQL may run such a subquery again for each row that it compares: slow with old statistics, and with `SKIP LOCKED`
each run locks, and a DELETE then deletes, other rows. An array, one value or a materialised CTE is read once.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
TREES = ("chassis", "services", "gateway", "hotelmate")
HIDDEN = re.compile(r"\bIN\s*\(\s*(\{|$)", re.IGNORECASE)  # of a placeholder nobody sees what it selects
IN_SUBQUERY = re.compile(r"\bIN\s*\(\s*SELECT\b", re.IGNORECASE)
LIMIT = re.compile(r"\bLIMIT\b", re.IGNORECASE)


def limited_subqueries(source: str) -> Iterator[int]:
    """The lines of conditions `IN (SELECT … LIMIT …)`, and of `in_()` with a query that has a `limit()`."""
    tree = parsed(source)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                parts = (_to_closing_parenthesis(text[opening.end() :]) for opening in IN_SUBQUERY.finditer(text))
                yield from (node.lineno for part in parts if LIMIT.search(part))
            case ast.FunctionDef():
                yield from _limited_arguments(node)


def hidden_subqueries(source: str) -> Iterator[int]:
    """The lines of conditions `IN ({…})`."""
    texts = (node for node in ast.walk(parsed(source)) if isinstance(node, ast.Constant))
    yield from (each.lineno for each in texts if isinstance(each.value, str) and HIDDEN.search(each.value))


def _to_closing_parenthesis(text: str) -> str:
    depth = 1
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return text[:at]
    return text


def _limited_arguments(function: ast.FunctionDef) -> Iterator[int]:
    limited = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _has_limit(node.value, frozenset())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(attr="in_"), args=[argument]) if _has_limit(argument, limited):
                yield node.lineno


def _has_limit(expression: ast.expr, names: set[str] | frozenset[str]) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "limit") or (isinstance(node, ast.Name) and node.id in names)
        for node in ast.walk(expression)
    )


def sources() -> Iterator[tuple[str, str]]:
    paths = (path for name in TREES for path in sorted((ROOT / name).rglob("*.py")))
    yield from ((str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths)


def test_no_condition_is_in_over_a_limited_subquery() -> None:
    assert [(path, line) for path, source in sources() for line in limited_subqueries(source)] == []


def test_no_condition_outside_migrations_hides_what_it_is_in() -> None:
    product = [(path, source) for path, source in sources() if "/migrations/" not in path]

    assert [(path, line) for path, source in product for line in hidden_subqueries(source)] == []


def test_a_limited_subquery_is_noticed_in_sql_and_in_a_query() -> None:
    source = (
        "'DELETE FROM job WHERE id IN (SELECT id FROM (SELECT 1) AS one LIMIT 10)'\n"
        "'SELECT 1 WHERE id IN (SELECT id FROM job) LIMIT 10'\n"
        "'DELETE FROM job WHERE id = ANY (ARRAY(SELECT id FROM job LIMIT 10))'\n"
        "def delete():\n"
        "    old = select(ID).limit(10)\n"
        "    JOB.delete().where(ID.in_(old.scalar_subquery()))\n"
        "    JOB.delete().where(ID.in_(select(ID).limit(10)))\n"
        "    JOB.delete().where(ID.in_(select(ID)))\n"
    )

    assert sorted(limited_subqueries(source)) == [1, 6, 7]


def test_a_hidden_subquery_is_noticed_in_a_template_and_in_an_f_string() -> None:
    source = "'WHERE id IN ({ids})'\nf'WHERE id IN ({IDS}) AND 1 = 1'\n'WHERE id IN (1, 2)'\n"

    assert sorted(hidden_subqueries(source)) == [1, 2]
