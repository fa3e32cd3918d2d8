"""Real servers for the tests that say they use them: one private node of each a session, a database per asker."""

import logging
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sandbox.stack.bytecode import with_bytecode
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.databases import Administrator
from sandbox.stack.orphans import reap_orphans
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from tests.fakes.constant_texts import refuse_growing_texts
from tests.fakes.database_copies import CopyDatabase, database_copy
from tests.fakes.running_postgres import running_postgres

JOURNEYS = "tests/journeys/"


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
    """Tests that take minutes run only where `-m` names them, as `make test-long` does.

    The journeys come first: side by side, they are by far the longest part.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(JOURNEYS))
    if "long" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


class Together(LoadScopeScheduling):
    """Side by side, a file's tests stay together; so do all journeys, which share one running system."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return JOURNEYS if file.startswith(JOURNEYS) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


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
    node = RabbitNode(Path(tmp_path_factory.mktemp("rabbit")), definitions=COMMANDS.definitions, users=BROKER_USERS)
    with node:
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
    return partial(database_copy, Administrator(postgres.admin_url))
