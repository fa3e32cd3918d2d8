"""What engines of tests share: compiled statements, and the connection that makes and drops copies of databases."""

from collections.abc import Callable
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import CacheStats

from chassis.settings import with_driver
from sandbox.stack.databases import Administrator
from sandbox.stack.postgres import PostgresNode
from tests.fakes.compiled import sharing_compiled
from tests.fakes.database_copies import KeptAdministrator, database_copy

END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def compiled(engine: sa.Engine) -> CacheStats:
    """Where the engine's second connection has a statement from."""
    engine.connect().close()
    with engine.connect() as connection:
        result = connection.execute(sa.select(sa.literal(1).label("compiled_once")))
        hit: CacheStats = result.context.cache_hit
    engine.dispose()
    return hit


def test_a_second_engine_has_the_statements_that_the_first_one_has_compiled(new_database: Callable[[str], str]) -> None:
    url = with_driver(new_database("compiled"), "psycopg2")
    compiled(sharing_compiled(sa.create_engine(url)))

    assert compiled(sharing_compiled(sa.create_engine(url))) is CacheStats.CACHE_HIT
    assert compiled(sa.create_engine(url)) is CacheStats.CACHE_MISS


def test_databases_are_copied_on_one_connection_and_on_a_new_one_after_its_end(
    new_database: Callable[[str], str], postgres: PostgresNode
) -> None:
    url, administrator = new_database("copied"), KeptAdministrator(postgres.admin_url)

    def pid_after_a_copy() -> int:
        with database_copy(administrator, url) as copy:
            assert administrator.has(urlsplit(copy).path.lstrip("/"))
        with administrator._connect() as server:
            return server.info.backend_pid

    first = pid_after_a_copy()
    assert pid_after_a_copy() == first
    with Administrator(postgres.admin_url)._connect() as other:
        other.execute(END_OTHERS)
    assert pid_after_a_copy() != first
