"""Private RabbitMQ nodes that form one cluster on loopback: each with its own directory, name and ports."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.stack.epmd import Epmd
from sandbox.stack.ports import LOOPBACK
from sandbox.stack.rabbit import RabbitNode, node_name
from sandbox.stack.rabbit_settings import ClusterMembership
from sandbox.stack.run_directory import Secrets, run_directory

FORMED_WITHIN = 120  # seconds
LOADING_ATTEMPTS = 5


class RabbitCluster:
    """A cluster of `size` nodes with their data below `directory`; a `with` block starts and closes it.

    The definitions are loaded once all nodes are there, so that each quorum queue has a member on every node. A node in
    a minority pauses (`pause_minority`). `epmd_port_of(number, epmd)` is the port at which that node finds epmd: a
    proxy's. `log(name)` is the log of a node.
    """

    def __init__(
        self,
        directory: Path,
        *,
        size: int = 3,
        port: int | None = None,
        console_port: int | None = None,
        definitions: Sequence[str] = (),
        users: Sequence[str] = (),
        log: Callable[[str], Path] | None = None,
        say: Callable[[str], None] = lambda _: None,
        epmd_port_of: Callable[[int, Epmd], int] = lambda _, epmd: epmd.port,
    ) -> None:
        self.directory = run_directory(directory)
        self._epmd = Epmd(self.directory, say=say)
        self._loaded = bool(definitions)
        self._say = say
        shared = Secrets(self.directory / "secrets.json")
        places = [run_directory(self.directory / f"node-{number}") for number in range(1, size + 1)]
        seed = node_name(places[0])
        self.nodes = [
            RabbitNode(
                place, port=port if number == 0 else None, console_port=console_port if number == 0 else None,
                definitions=definitions, users=users, log=log(f"rabbit-{number + 1}") if log else None, say=say,
                cluster=ClusterMembership(seed=seed, secrets=shared, epmd_port=epmd_port_of(number, self._epmd)),
            )
            for number, place in enumerate(places)
        ]  # fmt: skip

    @property
    def amqp_url(self) -> str:
        """The administrator's URL, with all nodes."""
        return self._of_all(self.nodes[0].amqp_url)

    def url_of(self, user: str) -> str:
        """The URL for a process that is this user of the broker, with all nodes."""
        return self._of_all(self.nodes[0].url_of(user))

    @property
    def console_url(self) -> str | None:
        return self.nodes[0].console_url

    def alive(self) -> bool:
        return self._epmd.alive() and all(node.alive() for node in self.nodes)

    def start(self) -> Self:
        """Start the nodes that do not run, and wait until all of them are one cluster that has its definitions.

        The nodes that have joined the first one start beside it, because it may wait for them. The others start when it
        runs: a node that is about to join holds a lock for which the first node waits until its own start is over.
        """
        first = self.nodes[0]
        members = first.members()
        self._epmd.start()
        self._start_together([node for node in self.nodes if node is first or node.name in members])
        self._start_together(self.nodes)
        first.ctl("await_online_nodes", str(len(self.nodes)), timeout=FORMED_WITHIN)
        if self._loaded:
            load_definitions(first, say=self._say)
        return self

    def start_one(self, node: RabbitNode) -> None:
        """Start one node alone. The first node is the cluster, until others join it."""
        self._epmd.start()
        node.start()

    def _start_together(self, nodes: Sequence[RabbitNode]) -> None:
        with ThreadPoolExecutor(len(nodes)) as starting:
            list(starting.map(RabbitNode.start, nodes))

    def close(self) -> None:
        """Stop the nodes and epmd, and release their ports."""
        with closing(self._epmd), ThreadPoolExecutor(len(self.nodes)) as ending:
            list(ending.map(RabbitNode.close, self.nodes))

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _of_all(self, url: str) -> str:
        hosts = ",".join(f"{LOOPBACK}:{node.port}" for node in self.nodes)
        return url.replace(f"{LOOPBACK}:{self.nodes[0].port}", hosts)


def load_definitions(node: RabbitNode, *, say: Callable[[str], None]) -> None:
    """Load the definitions into the node's cluster, and again after an error. Raises RuntimeError after several.

    A quorum queue of RabbitMQ 3.10 can crash as it is declared: its first leader is elected before the node has the
    record of the queue. The queue is then restarted, and what exists already stays as it is.
    """
    definitions = str(node.write_definitions())
    for attempt in range(1, LOADING_ATTEMPTS + 1):
        try:
            node.ctl("import_definitions", definitions, timeout=FORMED_WITHIN)
            return
        except RuntimeError as error:
            if attempt == LOADING_ATTEMPTS:
                raise
            say(f"RabbitMQ's definitions are loaded once more: {error}")
