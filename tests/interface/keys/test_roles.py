"""The roles of a database: the running role and the relay have what the grants say, and nothing else."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from chassis.settings import with_driver
from chassis.transactions.grants import CHASSIS, RELAY, grants_in
from chassis.transactions.migrate import migrate, migrations_of
from sandbox.stack.databases import Administrator, DatabaseUrls
from sandbox.stack.postgres import PostgresNode
from tests.interface.keys.schema import tables_of
from tests.interface.upgrade.dumps import DATABASES, restore

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
APPENDED = {
    "bookings": ("audit", "payment_fact"),
    "payments": ("audit", "ledger"),
    "rooms": ("audit",),
    "notifier": ("audit",),
    "gateway": ("staff_audit",),
}
DDL = (
    "CREATE TABLE planted (id int)",
    "CREATE TEMPORARY TABLE planted (id int)",
    "ALTER TABLE {table} ADD COLUMN planted int",
    "DROP TABLE {table}",
    "TRUNCATE {table}",
    "CREATE INDEX ON {table} ((1))",
    "CREATE FUNCTION planted() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA planted",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "GRANT SELECT ON {table} TO PUBLIC",
)


@dataclass(frozen=True)
class Migrated:
    """A migrated database, and the URLs of its roles."""

    name: str
    urls: DatabaseUrls


@pytest.fixture(scope="module")
def migrated(postgres: PostgresNode) -> Callable[[str], Migrated]:
    made: dict[str, Migrated] = {}

    def database(name: str) -> Migrated:
        if name not in made:
            urls = postgres.create_database(f"roles_{name}")
            migrate(name, urls.owner)
            made[name] = Migrated(name, urls)
        return made[name]

    return database


def held(url: str, role_url: str) -> dict[tuple[str, str], bool]:
    """Which privileges the role has on each table, or on any of its columns."""
    role = urlsplit(role_url).username
    with psycopg.connect(url) as connection:
        return {
            (table, privilege): bool(
                connection.execute(_HAS[privilege in _OF_COLUMNS], [role, table, privilege]).fetchone()
            )
            for table, privilege in itertools.product(sorted(tables_of(url)), PRIVILEGES)
        }


_OF_COLUMNS = {"SELECT", "INSERT", "UPDATE", "REFERENCES"}
_HAS = {
    True: "SELECT 1 WHERE has_any_column_privilege(%s, %s, %s)",
    False: "SELECT 1 WHERE has_table_privilege(%s, %s, %s)",
}


@pytest.mark.parametrize("name", DATABASES)
def test_the_running_role_has_the_privileges_that_are_written_down(
    name: str, migrated: Callable[[str], Migrated]
) -> None:
    urls = migrated(name).urls
    grants = {**CHASSIS, **grants_in(migrations_of(name))}

    for (table, privilege), has in held(urls.owner, urls.running).items():
        assert has == (privilege in grants[table]), f"{privilege} on {table}"


@pytest.mark.parametrize("name", [name for name in DATABASES if name != "gateway"])
def test_the_relay_has_the_privileges_that_are_written_down(name: str, migrated: Callable[[str], Migrated]) -> None:
    urls = migrated(name).urls

    for (table, privilege), has in held(urls.owner, urls.relay).items():
        assert has == (privilege in RELAY.get(table, "")), f"{privilege} on {table}"


@pytest.mark.parametrize("name", DATABASES)
def test_every_table_has_a_grant_and_every_grant_a_table(name: str, migrated: Callable[[str], Migrated]) -> None:
    tables = tables_of(migrated(name).urls.owner)
    own = grants_in(migrations_of(name)).keys()

    assert own <= tables
    assert tables <= own | CHASSIS.keys()


def test_a_table_without_a_grant_fails_the_migration(postgres: PostgresNode) -> None:
    urls = postgres.create_database("roles_planted")
    migrate("notifier", urls.owner)
    with psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE planted (id int)")

    with pytest.raises(LookupError, match="planted"):
        migrate("notifier", urls.owner)


@pytest.mark.parametrize("name", DATABASES)
def test_the_running_role_cannot_change_what_was_audited_or_booked(
    name: str, migrated: Callable[[str], Migrated]
) -> None:
    urls = migrated(name).urls

    for table, (verb, command) in itertools.product(
        APPENDED[name], {"UPDATE": "UPDATE {} SET {} = {}", "DELETE": "DELETE FROM {}"}.items()
    ):
        with psycopg.connect(urls.owner) as owner:  # the negative control: the owner may
            column = sql.Identifier(first_column(owner, table))
            owner.execute(
                sql.SQL(command).format(sql.Identifier(table), *((column, column) if verb == "UPDATE" else ()))
            )
            owner.rollback()
        with psycopg.connect(urls.running) as running, pytest.raises(psycopg.errors.InsufficientPrivilege):
            running.execute(
                sql.SQL(command).format(sql.Identifier(table), *((column, column) if verb == "UPDATE" else ()))
            )


def first_column(connection: psycopg.Connection, table: str) -> str:
    """A column of the table that may be written."""
    row = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_identity = 'NO' ORDER BY ordinal_position LIMIT 1",
        [table],
    ).fetchone()
    assert row
    return str(row[0])


@pytest.mark.parametrize("statement", DDL)
@pytest.mark.parametrize("name", DATABASES)
def test_neither_role_changes_the_schema(name: str, statement: str, migrated: Callable[[str], Migrated]) -> None:
    urls = migrated(name).urls
    table = next(iter(grants_in(migrations_of(name))))

    for url in (urls.running, *([urls.relay] if name != "gateway" else [])):
        with psycopg.connect(url) as connection:
            try:
                connection.execute(sql.SQL(statement).format(table=sql.Identifier(table)))  # type: ignore[arg-type]
            except psycopg.errors.InsufficientPrivilege:
                continue
        assert statement.startswith("GRANT")  # PostgreSQL warns, and grants nothing


@pytest.mark.parametrize("name", DATABASES)
def test_no_role_reaches_another_database(name: str, migrated: Callable[[str], Migrated]) -> None:
    urls = migrated(name).urls
    others = [migrated(other).urls.owner for other in DATABASES if other != name]

    for mine, other in itertools.product((urls.owner, urls.running, urls.relay), others):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(mine, dbname=urlsplit(other).path.lstrip("/"))


@pytest.mark.parametrize("name", DATABASES)
def test_nothing_is_granted_to_everybody(name: str, migrated: Callable[[str], Migrated]) -> None:
    with psycopg.connect(migrated(name).urls.owner) as connection:
        granted = connection.execute("""
            SELECT relname::text FROM pg_class, aclexplode(relacl) AS acl
            WHERE relnamespace = 'public'::regnamespace AND acl.grantee = 0
            UNION ALL
            SELECT nspname::text FROM pg_namespace, aclexplode(nspacl) AS acl
            WHERE nspname = 'public' AND acl.grantee = 0
            UNION ALL
            SELECT datname::text FROM pg_database, aclexplode(datacl) AS acl
            WHERE datname = current_database() AND acl.grantee = 0
            UNION ALL
            SELECT proname::text FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl
            WHERE pronamespace = 'public'::regnamespace AND acl.grantee = 0
              AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        """).fetchall()

    assert granted == []


def test_a_database_that_its_running_role_owned_becomes_the_owners(postgres: PostgresNode) -> None:
    """The commit before had one role for each database."""
    name = "roles_before"
    password = postgres.password(name)
    with psycopg.connect(postgres.admin_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(password)))
        server.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
    with psycopg.connect(Administrator(postgres.admin_url).url_of(name, name, password), autocommit=True) as before:
        before.execute("CREATE TABLE planted (id int)")
        before.execute("DROP TABLE planted")

    urls = postgres.create_database(name)
    restore("rooms", urls.owner)

    with psycopg.connect(urls.running) as running, pytest.raises(psycopg.errors.InsufficientPrivilege):
        running.execute("DROP TABLE hotel")


def test_a_missing_role_is_named(postgres: PostgresNode) -> None:
    urls = postgres.create_database("roles_missing")
    with psycopg.connect(postgres.admin_url, autocommit=True) as server:
        server.execute("REVOKE ALL ON DATABASE roles_missing FROM roles_missing_relay")
        server.execute("DROP ROLE roles_missing_relay")

    with pytest.raises(LookupError, match="roles_missing_relay"):
        migrate("notifier", urls.owner)


def test_the_running_role_may_move_the_clock_and_read_the_version(migrated: Callable[[str], Migrated]) -> None:
    engine = sa.create_engine(with_driver(migrated("rooms").urls.running, "psycopg2"))

    with engine.connect() as connection:
        connection.execute(sa.text("UPDATE clock SET ahead_seconds = 0"))
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
