"""Gives the roles of a database their privileges, table by table, and takes every other privilege away.

A database `bookings` has three roles. `bookings_owner` owns the schema and runs the migrations. `bookings` is the role
of the service's processes and of operators' direct queries, `bookings_relay` that of the relay. The last two have the
privileges of the tables of data here and in the service's `migrations/grants.py`, and reach no other database.
"""

import runpy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from chassis.transactions.roles import roles_of

Grants = Mapping[str, str]  # privileges by table, as in SQL; an empty text grants nothing

READ = "SELECT"
APPEND = "SELECT, INSERT"
CHANGE = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"

# The running role on the tables that every service has. Whatever was audited or published stays as it was written.
CHASSIS: Grants = {
    "alembic_version": READ,
    "outbox": "SELECT, INSERT, UPDATE (published_at)",
    "stream": CHANGE,
    "inbox": "SELECT, INSERT, DELETE",
    "inbox_position": CHANGE,
    "idempotency": ALL,
    "job": ALL,
    "audit": APPEND,
    "remark": APPEND,
    "lease": READ,
    "inbox_process": ALL,
    "inbox_partition": ALL,
    "clock": "SELECT, UPDATE",
}
RELAY: Grants = {
    "outbox": "SELECT, UPDATE (published_at, next_try_at)",
    "lease": CHANGE,
}

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_OWN_FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e'
    )
"""


def grants_in(migrations: Path) -> Grants:
    """The privileges of the running role on the tables of the service whose migrations are in this folder."""
    grants: Grants = runpy.run_path(str(migrations / "grants.py"))["GRANTS"]
    return grants


def grant(connection: sa.Connection, grants: Grants) -> None:
    """Give the running role and the relay of the connection's database their privileges on `grants` and the chassis.

    Runs as the owner. Raises `LookupError` for a role that does not exist, and for a table without an entry.
    """
    database = str(connection.execute(sa.text("SELECT current_database()")).scalar_one())
    tables = set(connection.execute(sa.text(_TABLES)).scalars())
    relay: Grants = RELAY if "outbox" in tables else {}
    of_running: Grants = {**{table: CHASSIS[table] for table in CHASSIS.keys() & tables}, **grants}
    if without := sorted(tables - of_running.keys()):
        raise LookupError(f"no grants are written down for {', '.join(without)}")
    roles = roles_of(database)
    _check_existing(connection, [roles.running, *([roles.relay] if relay else [])])
    functions = connection.execute(sa.text(_OWN_FUNCTIONS)).scalars().all()
    for statement in _statements(database, of_running, relay, functions):
        connection.exec_driver_sql(statement)


def _check_existing(connection: sa.Connection, names: list[str]) -> None:
    for name in names:
        if connection.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).first() is None:
            raise LookupError(f"the role {name} does not exist: create the roles before the migration")


def _statements(database: str, running: Grants, relay: Grants, functions: Sequence[str]) -> Iterator[str]:
    of_running, of_relay = _quoted(roles_of(database).running), _quoted(roles_of(database).relay)
    to = of_running if not relay else f"{of_running}, {of_relay}"
    yield f"REVOKE ALL ON DATABASE {_quoted(database)} FROM PUBLIC, {to}"
    yield f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {to}"
    yield f"REVOKE ALL ON SCHEMA public FROM PUBLIC, {to}"
    yield f"GRANT USAGE ON SCHEMA public TO {to}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {to}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {to}"
    for function in functions:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {to}"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {of_running}"
    for role, grants in ((of_running, running), (of_relay, relay)):
        for table, privileges in grants.items():
            if privileges:
                yield f"GRANT {privileges} ON {_quoted(table)} TO {role}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
