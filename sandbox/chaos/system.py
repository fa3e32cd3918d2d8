"""The real system for chaos: two of each process, a balancer, and proxies before the broker and the databases."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.chaos.links import BROKER, DATABASE, Links
from sandbox.chaos.processes import ProgramProcess, ServerProcess, SystemProcess, wait_until
from sandbox.chaos.readiness import gateway_is_ready, relay_is_ready, service_is_ready
from sandbox.chaos.stand_ins import MailboxControl, PusherControl
from sandbox.chaos.unfinished_work import unfinished_work
from sandbox.stack.commands import DATABASES, SERVICES
from sandbox.stack.copies import copies_of, kind_of
from sandbox.stack.databases import Administrator
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode, shakes_hands
from sandbox.stack.stack import Stack
from sandbox.stripe.client import StandInControl

RABBIT, POSTGRES = "rabbit", "postgres"
LINKED = (*DATABASES, "relay")
WEBHOOKS_AGAIN = 5.0  # seconds at most; the pause of a provider is no backlog of the system


class ChaosSystem:
    """A running system, made by `ChaosSystem.start`, and closed at the end of a `with` block."""

    def __init__(self, directory: Path, *, copies: int = 2, env: Mapping[str, str] | None = None) -> None:
        self.links = Links()
        self._stack = Stack(directory, env=env, terminal=None, copies=copies, adapt=self._adapt)
        self._rabbit, self._postgres = self._stack.rabbit, self._stack.postgres
        if not (isinstance(self._rabbit, RabbitNode) and isinstance(self._postgres, PostgresNode)):
            raise RuntimeError("Chaos needs a private broker and database: unset AMQP_URL and DATABASE_URL.")
        self._copies = copies
        self.processes: Mapping[str, SystemProcess] = {}
        self.stripe: StandInControl
        self.pusher: PusherControl
        self.mailbox: MailboxControl

    @classmethod
    def start(cls, directory: Path, *, seed: int = 0, copies: int = 2, env: Mapping[str, str] | None = None) -> Self:
        """Start the system, ready and with demo data, in `directory`, with `env` for every process of the product.

        `seed` is that of the order of shuffled webhooks.

        Raises RuntimeError or TimeoutError where a part does not start; the other parts are then ended.
        """
        system = cls(directory, copies=copies, env=env)
        try:
            system._begin(seed)
        except BaseException:
            system.close()
            raise
        return system

    @property
    def url(self) -> str:
        """The address of the balancer."""
        return str(self.stack_json["gateway"])

    @property
    def stack_json(self) -> dict[str, Any]:
        """The addresses and the staff accounts; `databases` and `amqp` lead past the proxies."""
        return self._stack.stack_json

    @property
    def environment(self) -> dict[str, str]:
        """The environment of an operator's command."""
        return self._stack.environment

    @property
    def directory(self) -> Path:
        """Where the run keeps its data; `logs/<process>.log` has the output of each process."""
        return self._stack.directory

    def is_ready(self) -> bool:
        """Whether every process is ready."""
        return all(process.is_ready() for process in self.processes.values())

    def wait_ready(self, seconds: float) -> float:
        """Wait until every process is ready; returns the seconds that this took. Raises TimeoutError."""
        return wait_until(self.is_ready, seconds, "the system is not ready")

    def unfinished_work(self) -> list[str]:
        """What is left to do, a line each; nothing at rest."""
        return unfinished_work(self.stack_json["databases"], self.stripe)

    def wait_for_rest(self, seconds: float) -> float:
        """Wait until outboxes and inboxes are empty, no job is due and no webhook waits; returns the seconds.

        Raises TimeoutError, which says what is left.
        """
        try:
            return wait_until(lambda: not self.unfinished_work(), seconds, "the system is not at rest")
        except TimeoutError as problem:
            raise TimeoutError(f"{problem}: {'; '.join(self.unfinished_work())}") from None

    def heal(self) -> None:
        """Heal every link, and lift the faults of the stand-ins."""
        for link in self.links.values():
            link.heal()
        for control in (self.stripe, self.pusher, self.mailbox):
            control.lift_faults()

    def close(self) -> None:
        """End everything that was started."""
        for process in self.processes.values():
            process.thaw()
        self._stack.close()
        self.links.close()
        for control in ("stripe", "pusher", "mailbox"):
            if hasattr(self, control):
                getattr(self, control).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _begin(self, seed: int) -> None:
        self._stack.bring_up()
        known = self.stack_json
        self.stripe = StandInControl(known["stripe"]["url"])
        self.stripe.webhooks(seed=seed, longest_retry=WEBHOOKS_AGAIN)
        self.pusher = PusherControl(f"http://{known['pusher']['host']}:{known['pusher']['port']}")
        self.mailbox = MailboxControl(known["mailbox"]["http"])
        processes: list[SystemProcess] = [*self._programs(), *self._servers()]
        self.processes = {process.name: process for process in processes}
        self.wait_ready(60)

    def _programs(self) -> list[ProgramProcess]:
        kinds = (*SERVICES, "relay", "gateway")
        names = [name for kind in kinds for name in copies_of(kind, self._copies)]
        return [ProgramProcess(name, self._stack.supervisor, partial(self._is_ready, name)) for name in names]

    def _servers(self) -> list[ServerProcess]:
        assert isinstance(self._rabbit, RabbitNode)
        assert isinstance(self._postgres, PostgresNode)
        return [
            ServerProcess(RABBIT, self._rabbit, partial(shakes_hands, self._rabbit.port)),
            ServerProcess(POSTGRES, self._postgres, Administrator(self._postgres.admin_url).ping),
        ]

    def _is_ready(self, name: str, pid: int) -> bool:
        kind = kind_of(name)
        if kind == "gateway":
            return gateway_is_ready(self._stack.gateway_ports[name])
        broker, database = self.links[f"{name}/{BROKER}"], self.links[f"{name}/{DATABASE}"]
        if kind == "relay":
            return relay_is_ready(admin_url=self._postgres.admin_url, broker=broker, database=database)
        return service_is_ready(pid, database_url=self.stack_json["databases"][kind], broker=broker)

    def _adapt(self, name: str, environment: dict[str, str]) -> dict[str, str]:
        """Lead the connections of a process of the product through proxies; the stand-ins have none."""
        if kind_of(name) not in LINKED:
            return environment
        ports = self._stack.config.ports
        return self.links.adapt(name, environment, broker=ports["AMQP_PORT"], database=ports["POSTGRES_PORT"])
