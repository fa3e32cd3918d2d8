"""Real servers for the tests that say they use them: one private node of each a session, a database per asker."""

import gc
import logging
import os
import signal
import uuid
from collections.abc import Callable, Generator, Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest
from xdist.remote import Producer

from sandbox.stack.bytecode import with_bytecode
from sandbox.stack.databases import Administrator
from sandbox.stack.orphans import reap_orphans
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from tests.fakes.constant_texts import refuse_growing_texts
from tests.fakes.database_copies import CopyDatabase, KeptAdministrator, database_copy
from tests.fakes.running_postgres import running_postgres
from tests.fakes.running_rabbit import running_rabbit
from tests.side_by_side import GroupScheduling, in_order


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--storm",
        type=int,
        default=60,
        metavar="N",
        help="how many storms blow over money, two days at the desk for five; 25 times as many with `-m long`",
    )
    parser.addoption(
        "--requests", type=int, default=3, metavar="N", help="how many requests are made up for each operation"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let tests' settings be short, and child processes end with this one and at an interrupt, and be compiled once.

    A shell starts background jobs with SIGINT ignored, which is inherited.
    """
    reap_orphans()
    refuse_growing_texts()
    os.environ.setdefault("HOTELMATE_MODE", "demo")
    keep_bytecode(config)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def keep_bytecode(config: pytest.Config) -> None:
    """Keep the bytecode of workers and child processes with the cache, where it may not be beside the sources."""
    cache = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
    if cache is not None:
        environment = with_bytecode(os.environ, cache.mkdir("bytecode"))
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that take minutes run only where `-m` names them, as `make test-long` does."""
    items[:] = in_order(items)
    if "long" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What lives until the end, modules and ten thousand tests, is not searched for garbage, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    return GroupScheduling(config, log)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What a test's program does to logging ends with the test: its handler writes to a stream that is closed then."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    with running_postgres(tmp_path_factory.mktemp("postgres")) as node:
        yield node


@pytest.fixture(scope="session")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A private RabbitMQ with the product's users and topology."""
    with running_rabbit(tmp_path_factory.mktemp("rabbit")) as node:
        yield node


@pytest.fixture(scope="session")
def new_database(postgres: PostgresNode) -> Callable[[str], str]:
    """Makes an empty database with its roles and answers the owner's URL."""
    return lambda name: postgres.create_database(f"{name}_{uuid.uuid4().hex[:8]}").owner


@pytest.fixture(scope="session")
def running_url(postgres: PostgresNode) -> Callable[[str], str]:
    """Answers the running role's URL of the database at an owner's URL; the grants come with the migration."""

    def url_of(owner_url: str) -> str:
        parts = urlsplit(owner_url)
        role = (parts.username or "").removesuffix("_owner")
        return Administrator(postgres.admin_url).url_of(parts.path.lstrip("/"), role, postgres.password(role))

    return url_of


@pytest.fixture(scope="session")
def copied_database(postgres: PostgresNode) -> CopyDatabase:
    """Copies the database at a URL, which must have no connections, for the length of a `with` block."""
    return partial(database_copy, KeptAdministrator(postgres.admin_url))
