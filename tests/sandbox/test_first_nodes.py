"""The private PostgreSQL and RabbitMQ start wherever the checkout lies, and whoever starts them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.stack import PostgresNode, RabbitNode, temporary_run
from sandbox.stack.ports import is_free
from tests.sandbox.checkouts import EVERYWHERE, Where, checkout_in

NODES = """
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from sandbox.stack.databases import Administrator
from sandbox.stack.ports import Ports
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.postgres_copy import remove_copy
from sandbox.stack.postgres_programs import find_postgres
from sandbox.stack.rabbit import RabbitNode

ports = Ports()
postgres = PostgresNode(Path(".run/postgres"), port=ports.choose("PostgreSQL", 5432))
rabbit = RabbitNode(Path(".run/rabbit"), port=ports.choose("RabbitMQ", 5672))
try:
    with ThreadPoolExecutor() as helpers:
        starting = helpers.submit(rabbit.start)
        postgres.start()
        assert Administrator(postgres.create_database("first")).ping()
        starting.result()
    print("both answer")
finally:
    rabbit.close()
    postgres.erase()
    remove_copy(find_postgres())
"""


@pytest.mark.parametrize("where", EVERYWHERE, ids=lambda where: where.name)
def test_the_nodes_start(where: Where) -> None:
    with checkout_in(where) as checkout, other_servers(where):
        python = checkout.python()
        checkout.add_nodes()

        done = checkout.run([python, "-c", NODES])

        assert done.stdout == "both answer\n"
        assert done.returncode == 0


@contextmanager
def other_servers(where: Where) -> Iterator[None]:
    yield
