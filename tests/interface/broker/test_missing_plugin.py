"""A broker that has lost the plugin of its topology: no service starts on it, and each says so in one sentence."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.messaging.ask_client import AskClient
from sandbox.stack import rabbit as rabbit_module
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, asker_hears, until

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a node with the product's users and topology, made with the plugin."""
    directory = Path(tmp_path_factory.mktemp("plugin"))
    with RabbitNode(directory, definitions=COMMANDS.definitions, users=BROKER_USERS):
        return directory


@contextmanager
def without_plugin(directory: Path, *, port: int | None = None) -> Iterator[RabbitNode]:
    """The same node, started again with the plugin disabled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rabbit_module, "has_hash_exchange", lambda: False)
        with RabbitNode(directory, port=port) as node:
            yield node


def held_partitions(toy: Toy) -> int:
    with toy.engine.connect() as connection:
        statement = "SELECT count(*) FROM inbox_partition WHERE holder IS NOT NULL"
        return int(connection.execute(sa.text(statement)).scalar_one())


@pytest.fixture
def new_toy(new_database: Callable[[str], str], tmp_path: Path) -> Iterator[Callable[[RabbitNode], Toy]]:
    made: list[Toy] = []

    def toy(node: RabbitNode) -> Toy:
        made.append(Toy(new_database("toy"), node, tmp_path / "marker"))
        return made[-1]

    yield toy
    for each in made:
        each.dispose()


@pytest.mark.long
def test_a_service_that_trusts_the_broker_starts_and_gets_nothing(
    directory: Path, new_toy: Callable[[RabbitNode], Toy]
) -> None:
    """The negative control."""
    with without_plugin(directory) as node:
        toy = new_toy(node)
        toy.environment["TOY_TRUSTS_THE_BROKER"] = "yes"
        with toy.running(ready=False):
            until(lambda: held_partitions(toy) == 1, within=30, what="the service at its inbox")


@pytest.mark.long
def test_a_service_waits_for_the_plugin_and_says_so_in_one_sentence(
    directory: Path, new_toy: Callable[[RabbitNode], Toy], capfd: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []

    def problems() -> list[str]:
        lines.extend(capfd.readouterr().out.splitlines())
        return [line for line in lines if "broker_plugin_missing" in line]

    with ExitStack() as processes:
        with without_plugin(directory) as node:
            port, toy = node.port, new_toy(node)
            processes.enter_context(toy.running(ready=False))
            until(lambda: len(problems()) == 2, within=30, what="a line for each of the two connections")
            assert held_partitions(toy) == 0
        with RabbitNode(directory, port=port) as node:
            asker = AskClient(node.url_of("operator"), "operator").start(wait=5)
            until(lambda: asker_hears(asker), within=30, what="the service answering with the plugin")
            asker.stop()
            until(lambda: held_partitions(toy) == 1, within=30, what="the service at its inbox")

    assert len(problems()) == 2
    assert all("rabbitmq-plugins enable rabbitmq_consistent_hash_exchange" in line for line in problems())
