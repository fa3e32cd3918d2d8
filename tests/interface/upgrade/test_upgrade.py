"""Databases that version 0.1.0 filled are migrated: they get the schema of new ones, and their rows can be read."""

import importlib
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chassis import codec
from chassis.service import Service
from chassis.transactions.job_order import order_key_of
from chassis.transactions.migrate import migrate
from contracts.catalogue import OWNERS, events
from tests.interface.upgrade.dumps import DATABASES, dump_of, restore

COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"


@pytest.fixture
def upgraded(new_database: Callable[[str], str]) -> Callable[[str], str]:
    """Restores the dump of one database, migrates the database and returns its URL."""

    def restored(name: str) -> str:
        url = new_database(f"upgraded_{name}")
        restore(name, url)
        return url

    return restored


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def service(name: str) -> Service:
    registry: Service = importlib.import_module(f"services.{name}.service").SERVICE
    return registry


@pytest.mark.parametrize("name", DATABASES)
def test_an_upgraded_database_has_the_schema_of_a_new_one(
    name: str, upgraded: Callable[[str], str], new_database: Callable[[str], str]
) -> None:
    old, new = upgraded(name), new_database(f"new_{name}")
    migrate(name, new)

    for statement in (COLUMNS, CONSTRAINTS, INDEXES):
        assert rows(old, statement) == rows(new, statement)


@pytest.mark.parametrize("name", DATABASES)
def test_migrating_an_upgraded_database_again_changes_nothing(name: str, upgraded: Callable[[str], str]) -> None:
    url = upgraded(name)
    before = [rows(url, statement) for statement in (COLUMNS, CONSTRAINTS, INDEXES)]

    migrate(name, url)

    assert [rows(url, statement) for statement in (COLUMNS, CONSTRAINTS, INDEXES)] == before


@pytest.mark.parametrize("name", ["payments", "notifier"])
def test_every_job_of_an_upgraded_database_can_still_be_run(name: str, upgraded: Callable[[str], str]) -> None:
    payloads = {job.kind: job.payload for job in service(name).jobs}

    jobs = rows(upgraded(name), "SELECT kind, payload FROM job")

    assert jobs
    for kind, payload in jobs:
        assert codec.typed(payload, payloads[kind])


def test_a_push_of_an_upgraded_database_has_its_subject_as_order_key(upgraded: Callable[[str], str]) -> None:
    payloads = {job.kind: job.payload for job in service("notifier").jobs}

    jobs = rows(upgraded("notifier"), "SELECT kind, payload, order_key FROM job")

    assert {kind for kind, _, order_key in jobs if order_key} == {"PushNotice", "PushAvailability"}
    for kind, payload, order_key in jobs:
        assert order_key_of(codec.typed(payload, payloads[kind])) == order_key


@pytest.mark.parametrize("name", OWNERS)
def test_every_event_of_an_upgraded_outbox_can_still_be_read(name: str, upgraded: Callable[[str], str]) -> None:
    types = events()

    stored = rows(upgraded(name), "SELECT type, data FROM outbox")

    assert stored
    for kind, data in stored:
        assert codec.typed(data, types[kind])


@pytest.mark.parametrize("name", OWNERS)
def test_an_upgraded_inbox_keeps_the_sequence_of_every_subject(name: str, upgraded: Callable[[str], str]) -> None:
    positions = rows(upgraded(name), "SELECT source, subject, last FROM inbox_position")

    assert len(positions) == dump_of(name).count("INSERT INTO public.heard VALUES") > 0


@pytest.mark.parametrize("name", OWNERS)
def test_an_upgraded_audit_holds_no_person_and_its_words_are_remarks(name: str, upgraded: Callable[[str], str]) -> None:
    words = {text for (text,) in rows(upgraded(name), "SELECT text FROM remark")}
    url = upgraded(name)

    assert rows(url, "SELECT by FROM audit WHERE by ? 'name' OR hotel = ''") == []
    if name == "bookings":
        assert words
        assert rows(url, "SELECT why FROM audit WHERE why <> ''") == []
