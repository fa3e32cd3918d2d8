"""Runs the whole system on one machine: broker, database, stand-ins, services, relay and gateway."""

import json
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self, TextIO

from sandbox.stack.bytecode import with_bytecode
from sandbox.stack.commands import COMMANDS, SERVICES, Argv, Commands, filled
from sandbox.stack.copies import copies_of, gateway_ports
from sandbox.stack.databases import DatabaseUrls
from sandbox.stack.disk import refuse_full_disk
from sandbox.stack.message_keys import derive_keys
from sandbox.stack.ports import Ports
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.process_environment import environment_of
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.readiness import StackReadiness
from sandbox.stack.run_claim import STACK_JSON, RunClaim, end_in_terminals
from sandbox.stack.run_directory import Secrets, run_directory, write_private
from sandbox.stack.servers import (
    choose_postgres,
    choose_rabbit,
    prepare_databases,
    private_directories,
    restart_crashed,
)
from sandbox.stack.stack_config import ROOT, StackConfig, owner_environment, relay_environment
from sandbox.stack.supervisor import Supervisor

ENVIRONMENT = "environment.json"  # of each service, for `run`; it holds secrets
DRAIN_SECONDS = "1"  # the balancer sees within a quarter of a second that a gateway stops

Adapt = Callable[[str, dict[str, str]], dict[str, str]]


def unchanged(_: str, environment: dict[str, str]) -> dict[str, str]:
    """The environment as it is."""
    return environment


class Stack:
    """A running system, made by `Stack.start`. As a context manager, the stack is closed at the end of the block."""

    cluster: Callable[..., RabbitCluster] = RabbitCluster  # makes the broker where it has several nodes

    def __init__(
        self,
        directory: Path,
        *,
        services: Sequence[str] = SERVICES,
        env: Mapping[str, str] | None = None,
        commands: Commands = COMMANDS,
        wanted_ports: Mapping[str, int] | None = None,
        terminal: TextIO | None = None,
        nodes: int = 1,
        copies: int = 1,
        adapt: Adapt = unchanged,
    ) -> None:
        self.directory = run_directory(directory)
        self._stand_ins = self.directory / "stand-ins"  # they store there what the databases refer to
        self._claim = RunClaim(self.directory)
        self.supervisor = Supervisor(self.directory, terminal=terminal)
        self.stack_json: dict[str, Any] = {}
        self.environment: dict[str, str] = {}
        self._services, self._commands, self._extra = tuple(services), commands, dict(env or {})
        self._copies, self._adapt = copies, adapt
        self._ports = Ports(self.say)
        self.config = StackConfig.draw(Secrets(self.directory / "secrets.json"), self._ports, wanted_ports)
        self.gateway_ports = gateway_ports(copies, self.config.ports["GATEWAY_PORT"], self._ports.choose)
        log_of = self.supervisor.output.log_of
        self.postgres = choose_postgres(self.directory, self.config, log_of, say=self.say)
        self.rabbit = choose_rabbit(
            self.directory, self.config, self._ports, log_of, say=self.say,
            nodes=nodes, cluster=self.cluster, definitions=commands.definitions,
        )  # fmt: skip
        self._facts = self.config.facts(
            stack_json=self.path, stand_ins=self._stand_ins, gateways=self.gateway_ports.values()
        )
        self._keys: Mapping[str, str] = {}
        self._helpers = ThreadPoolExecutor(thread_name_prefix="stack")

    @classmethod
    def start(
        cls,
        directory: Path,
        *,
        services: Sequence[str] = SERVICES,
        env: Mapping[str, str] | None = None,
        commands: Commands = COMMANDS,
        wanted_ports: Mapping[str, int] | None = None,
        terminal: TextIO | None = None,
        nodes: int = 1,
        copies: int = 1,
        adapt: Adapt = unchanged,
    ) -> Self:
        """Start the system, ready and seeded, with `env` for every process, on `wanted_ports` or any free ports.

        With several `nodes`, the broker is a cluster. With `copies`, that many of each service, relay and gateway run,
        named `rooms-1` and so on, and a balancer listens in front of the gateways. `adapt(name, environment)` returns
        the environment of a process.

        Raises RuntimeError or TimeoutError where a part does not start; the other parts are then ended.
        """
        stack = cls(
            directory, services=services, env=env, commands=commands, wanted_ports=wanted_ports, terminal=terminal,
            nodes=nodes, copies=copies, adapt=adapt,
        )  # fmt: skip
        stack.bring_up()
        return stack

    def bring_up(self) -> None:
        """Start the parts of the stack in order; another thread may interrupt this with `halt`."""
        try:
            refuse_full_disk(self.directory)
            self._bring_up()
        except BaseException:
            self.close()
            raise

    def halt(self) -> None:
        """End the programs, so that `bring_up` fails early; `close` then ends broker and database."""
        self.supervisor.close()

    @property
    def path(self) -> Path:
        """The file in which `stack_json` is stored for other programs."""
        return self.directory / STACK_JSON

    def say(self, text: str) -> None:
        self.supervisor.output.say(text)

    def walk_argv(self) -> list[str]:
        return filled(self._commands.walk, self._facts)

    def look_after_nodes(self, closing: threading.Event, *, every: float = 1.0) -> None:
        """Restart a crashed private broker or database; check every `every` seconds until `closing` is set."""
        while not closing.wait(every):
            restart_crashed(self.rabbit, self.postgres, self.say)

    def missing(self) -> Path | None:
        """A removed directory without which the run cannot go on, or None."""
        if self._claim.lost():
            return self.directory
        needed = (self.directory / "pids", *private_directories(self.rabbit, self.postgres))
        return next((each for each in needed if not each.is_dir()), None)

    def close(self) -> None:
        end_in_terminals(self.directory)
        self.supervisor.close()
        self._helpers.shutdown(wait=True, cancel_futures=True)
        self.rabbit.close()
        self.postgres.close()
        self._ports.release()
        if self._claim.lost():
            self._remove_remains()
        else:
            self.path.unlink(missing_ok=True)
            (self.directory / ENVIRONMENT).unlink(missing_ok=True)
        self._claim.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _remove_remains(self) -> None:
        """Remove what is left of a removed run directory: data elsewhere, and a directory made anew in its place."""
        for server in (self.postgres, self.rabbit):
            if isinstance(server, PostgresNode | RabbitNode):
                server.remove_data_aside()
        if self._claim.made_anew():
            shutil.rmtree(self.directory, ignore_errors=True)

    def _bring_up(self) -> None:
        rabbit: Future[object] = self._helpers.submit(self.rabbit.start)
        databases = self._helpers.submit(prepare_databases, self.postgres, self._stand_ins)
        keys = self._helpers.submit(derive_keys, self._commands.message_keys, self.config.message_master_key)
        urls = databases.result()
        environment = self.config.environment(amqp_url=self._amqp_url_of("operator"), databases=urls)
        self._keys = keys.result()
        environment["MESSAGE_KEYS"] = self._keys.get("OPERATOR_MESSAGE_KEYS", "")
        self.environment = with_bytecode(environment, self.directory / "bytecode") | self._extra
        self.say("starting the stand-ins and migrating")
        for name, argv in self._commands.stand_ins.items():
            self._start(name, argv)
        self._run("migrate", self._commands.migrate, more=owner_environment(urls))
        rabbit.result()
        self.environment["AMQP_URL"] = self._amqp_url_of("operator")
        administrator = {
            "AMQP_ADMIN_URL": self.rabbit.amqp_url,
            "MESSAGE_MASTER_KEYS": self.config.message_master_key,
        }
        self._run("migrate-broker", self._commands.migrate_broker, more=administrator)
        self.say("starting the services, the relay and the gateway")
        self._start_programs(urls)
        readiness = StackReadiness(self.supervisor, self.config, self._commands, copies=self._copies)
        readiness.await_all(self._services, self.gateway_ports, amqp_url=self.rabbit.amqp_url)
        self._describe(urls)

    def _start_programs(self, urls: Mapping[str, DatabaseUrls]) -> None:
        for service in self._services:
            for name in copies_of(service, self._copies):
                self._start(name, self._commands.service, service=service)
        for name in copies_of("relay", self._copies):
            self._start(name, self._commands.relay, more=relay_environment(urls))
        for name in self.gateway_ports:
            self._start(name, self._commands.gateway)
        if self._copies > 1:
            self._start("balancer", self._commands.balancer)

    def _start(self, name: str, argv: Argv, *, more: Mapping[str, str] = MappingProxyType({}), **facts: str) -> None:
        if argv:
            environment = self._adapt(name, {**more, **self._environment_of(name)})
            self.supervisor.start(name, filled(argv, self._facts | facts), environment, cwd=ROOT)

    def _run(
        self, name: str, argv: Argv, *, more: Mapping[str, str] = MappingProxyType({}), echo: bool = True
    ) -> list[str]:
        if not argv:
            return []
        environment = {**more, **self.environment}
        return self.supervisor.run(name, filled(argv, self._facts), environment, cwd=ROOT, echo=echo)

    def _environment_of(self, name: str) -> dict[str, str]:
        own = environment_of(name, self.environment, keys=self._keys, given=self._extra, url_of=self._amqp_url_of)
        own |= {"GATEWAY_PORT": str(self.gateway_ports[name])} if name in self.gateway_ports else {}
        return own | ({"GATEWAY_DRAIN_SECONDS": DRAIN_SECONDS} if self._copies > 1 else {})

    def _amqp_url_of(self, user: str) -> str:
        return self._extra.get("AMQP_URL") or self.rabbit.url_of(user)

    def _describe(self, databases: Mapping[str, DatabaseUrls]) -> None:
        names = [name for service in self._services for name in copies_of(service, self._copies)]
        environments = {name: self._environment_of(name) for name in names}
        write_private(self.directory / ENVIRONMENT, json.dumps(environments))
        self.stack_json = self.config.description(
            amqp_url=self.environment["AMQP_URL"], message_keys=self.environment["MESSAGE_KEYS"], databases=databases
        )
        self._store()
        if seeded := self._run("seed", self._commands.seed, echo=False):
            accounts = json.loads(seeded[-1])
            self.stack_json |= {"staff": accounts["staff"], "hotels": accounts["hotels"]}
            self._store()

    def _store(self) -> None:
        write_private(self.path, json.dumps(self.stack_json, indent=2) + "\n")
