"""Every connection to PostgreSQL and to the broker is made with the parameters of the one place for each."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("chassis", "services", "gateway", "hotelmate")
ENGINES = {"create_engine", "create_async_engine", "service_engine"}
SERVICE_ENGINE = Path("chassis/database/engines.py")  # makes engines with the parameters that its callers give
AMQP = {"BlockingConnection", "AsyncioConnection", "BrokerConnection"}
ALLOWED = {"parameters", "engine_parameters"}
URL_READERS = {"URLParameters", "ConnectionParameters"}  # of pika; each knows one node only
NODES = Path("chassis/messaging/amqp/parameters.py")


def makers(source: str) -> Iterator[tuple[int, bool]]:
    """The line of each call that makes a connection or an engine, and whether the call has the common parameters."""
    tree = parsed(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name.rpartition(".")[2] in ENGINES | AMQP or name in {"psycopg.connect", "psycopg2.connect"}:
            yield node.lineno, bool(_calls(_enclosing(tree, node)) & ALLOWED)
        elif name.endswith("Connection.connect"):
            yield node.lineno, "**" in ast.unparse(node) or bool(_calls(_enclosing(tree, node)) & ALLOWED)


def url_readers(source: str) -> list[int]:
    """The line of each call that makes the parameters of one node from a URL."""
    calls = (node for node in ast.walk(parsed(source)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if ast.unparse(call.func).rpartition(".")[2] in URL_READERS]


def _enclosing(tree: ast.Module, call: ast.Call) -> ast.AST:
    """The innermost function around the call."""
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    around = [each for each in functions if each.lineno <= call.lineno <= (each.end_lineno or 0)]
    return max(around, key=lambda each: each.lineno, default=tree)


def _calls(node: ast.AST) -> set[str]:
    return {ast.unparse(each.func).rpartition(".")[2] for each in ast.walk(node) if isinstance(each, ast.Call)}


def test_every_connection_of_the_product_has_the_common_parameters() -> None:
    calls = {
        f"{path.relative_to(ROOT)}:{line}": has_them
        for folder in PRODUCT
        for path in (ROOT / folder).rglob("*.py")
        if path.relative_to(ROOT) != SERVICE_ENGINE
        for line, has_them in makers(path.read_text("utf-8"))
    }

    assert [call for call, has_them in calls.items() if not has_them] == []
    assert len(calls) >= 9


@pytest.mark.parametrize(
    "source",
    [
        "def f(url):\n    return sa.create_engine(url)",
        "def f(url):\n    return service_engine(url, {})",
        "def f(url):\n    return pika.BlockingConnection(pika.URLParameters(url))",
        "async def f(url):\n    return await psycopg.AsyncConnection.connect(url)",
        "def f(url):\n    return psycopg.connect(url, connect_timeout=5)",
    ],
)
def test_a_connection_without_the_common_parameters_is_found(source: str) -> None:
    assert [has_them for _, has_them in makers(source)] == [False]


def test_only_one_module_reads_the_urls_of_the_broker_so_that_every_process_tries_every_node() -> None:
    paths = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    readers = {path.relative_to(ROOT) for path in paths if url_readers(path.read_text("utf-8"))}

    assert readers == {NODES}


def test_a_connection_to_one_node_only_is_found() -> None:
    source = "def f(url):\n    parameters()\n    return pika.BlockingConnection(pika.URLParameters(url))"

    assert [has_them for _, has_them in makers(source)] == [True]
    assert url_readers(source) == [3]
