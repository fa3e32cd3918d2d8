"""A private cluster: on loopback alone, with an epmd of its own, and nothing of it is left at the end."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pika
import pytest

from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.epmd import Epmd
from sandbox.stack.ports import answers
from sandbox.stack.process_table import running_pid
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import LOADING_ATTEMPTS, RabbitCluster, load_definitions
from sandbox.stack.run_claim import end_leftovers
from sandbox.stack.run_directory import temporary_run

pytestmark = pytest.mark.timeout(300)
DURABLE = pika.BasicProperties(delivery_mode=2)
QUEUE = {"x-queue-type": "quorum"}


@pytest.fixture(scope="module")
def run() -> Iterator[Path]:
    with temporary_run() as run:
        yield run


def private_cluster(run: Path) -> RabbitCluster:
    return RabbitCluster(run / "cluster", definitions=COMMANDS.definitions, users=BROKER_USERS)


@pytest.mark.long
def test_a_cluster_listens_on_loopback_only_and_keeps_its_messages(run: Path) -> None:
    with private_cluster(run) as cluster:
        first, *_ = cluster.nodes
        listening = first.ctl(
            "eval", "[I || N <- rabbit_nodes:all_running(), I <- rabbit_networking:node_listeners(N)]."
        )
        with pika.BlockingConnection(pika.URLParameters(first.amqp_url)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.queue_declare("stored", durable=True, arguments=QUEUE)
            channel.basic_publish("", "stored", b"still here", DURABLE)
        pids = [each.pid for each in cluster.nodes]

    assert listening.count("127,0,0,1") >= 3
    assert "0,0,0,0" not in listening
    assert all(pids)
    assert [each.pid for each in cluster.nodes] == [None] * 3
    assert not any(answers(each.port) for each in cluster.nodes)
    assert not cluster.alive()

    with private_cluster(run) as again, pika.BlockingConnection(pika.URLParameters(again.nodes[2].amqp_url)) as reading:
        assert reading.channel().basic_get("stored", auto_ack=True)[2] == b"still here"


@pytest.mark.long
def test_nodes_join_the_first_one_after_an_interrupted_start(run: Path) -> None:
    """The first node has formed the cluster, and the others are started before it runs again."""
    interrupted = RabbitCluster(run / "interrupted", definitions=COMMANDS.definitions, users=BROKER_USERS)
    interrupted.start_one(interrupted.nodes[0])
    interrupted.close()

    again = RabbitCluster(run / "interrupted", definitions=COMMANDS.definitions, users=BROKER_USERS)
    with again:
        running = again.nodes[2].ctl("eval", "length(rabbit_nodes:all_running()).").strip()

    assert running == "3"


def waves_of_starts(run: Path, monkeypatch: pytest.MonkeyPatch, *, members: int) -> list[set[int]]:
    """The numbers of the nodes that start side by side, wave by wave, where the first node knows so many members."""
    cluster = RabbitCluster(run)
    data = cluster.nodes[0].directory / "data" / "node"
    data.mkdir(parents=True)
    (data / "cluster_nodes.config").write_text(f"{{{[node.name for node in cluster.nodes[:members]]}}}.")
    numbers = {node.name: number for number, node in enumerate(cluster.nodes)}
    waves = list[set[int]]()

    def start(nodes: Sequence[RabbitNode]) -> None:
        started = set[int]().union(*waves)
        waves.append({numbers[node.name] for node in nodes} - started)

    monkeypatch.setattr(Epmd, "start", lambda _: None)
    monkeypatch.setattr(RabbitNode, "ctl", lambda *_, **__: "")
    monkeypatch.setattr(cluster, "_start_together", start)
    cluster.start()
    cluster.close()
    return waves


def test_nodes_that_have_not_joined_start_when_the_first_node_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that joins holds a lock for which a first node that starts beside it waits."""
    assert waves_of_starts(tmp_path / "new", monkeypatch, members=0) == [{0}, {1, 2}]
    assert waves_of_starts(tmp_path / "interrupted", monkeypatch, members=1) == [{0}, {1, 2}]
    assert waves_of_starts(tmp_path / "joined by one", monkeypatch, members=2) == [{0, 1}, {2}]


def test_nodes_that_have_joined_start_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a stop, the first node waits for the nodes that ran longer."""
    assert waves_of_starts(tmp_path / "stopped", monkeypatch, members=3) == [{0, 1, 2}, set()]


class NodeWithCrashingQueue(RabbitNode):
    """A node that fails to import definitions a number of times, as where a declared queue crashes."""

    crashes = 1

    def write_definitions(self) -> Path:
        return self.directory / "definitions.json"

    def ctl(self, *args: str, timeout: float = 30.0, program: str = "rabbitmqctl") -> str:
        if self.crashes:
            self.crashes -= 1
            raise RuntimeError("the queue has crashed")
        return ""


def test_definitions_are_loaded_again_after_a_queue_has_crashed(run: Path) -> None:
    node, reports = NodeWithCrashingQueue(run / "crashing"), list[str]()

    load_definitions(node, say=reports.append)

    assert reports == ["RabbitMQ's definitions are loaded once more: the queue has crashed"]
    node.crashes = LOADING_ATTEMPTS
    with pytest.raises(RuntimeError, match="the queue has crashed"):
        load_definitions(node, say=reports.append)


def test_an_epmd_that_a_killed_run_has_left_is_ended(run: Path) -> None:
    epmd = Epmd(run / "cluster").start()
    note = run / "cluster" / "epmd.pid"
    assert running_pid(note)

    assert end_leftovers(run) == 1

    assert running_pid(note) is None
    assert not answers(epmd.port)
    epmd.close()
