"""Runs the whole system on one machine: broker, database, stand-ins, services, relay and gateway."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self, TextIO

from sandbox.stack.bytecode import with_bytecode
from sandbox.stack.commands import BROKER_USERS, COMMANDS, DATABASES, SERVICES, Argv, Commands, filled
from sandbox.stack.copies import copies_of, kind_of
from sandbox.stack.databases import DatabaseUrls
from sandbox.stack.disk import refuse_full_disk
from sandbox.stack.external_postgres import ExternalPostgres
from sandbox.stack.external_rabbit import ExternalRabbit
from sandbox.stack.http_probe import is_ok
from sandbox.stack.message_keys import derive_keys
from sandbox.stack.ports import LOOPBACK, Ports, answers
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.queue_consumers import all_consumed, is_asked
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster
from sandbox.stack.run_claim import STACK_JSON, RunClaim, end_in_terminals
from sandbox.stack.run_directory import Secrets, run_directory, write_private
from sandbox.stack.stack_config import ROOT, StackConfig, owner_environment, relay_environment
from sandbox.stack.supervisor import Supervisor
from sandbox.stack.waiting import until

ENVIRONMENT = "environment.json"  # of each service, for `run`; it holds secrets
HOPELESS_AFTER = 4
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
        self._claim = RunClaim(self.directory)
        self.supervisor = Supervisor(self.directory, terminal=terminal)
        self.stack_json: dict[str, Any] = {}
        self.environment: dict[str, str] = {}
        self._services, self._commands, self._extra = tuple(services), commands, dict(env or {})
        self._copies, self._adapt = copies, adapt
        self._ports = Ports(self.say)
        self.config = StackConfig.draw(Secrets(self.directory / "secrets.json"), self._ports, wanted_ports)
        self.gateway_ports = self._choose_gateway_ports()
        self.postgres = self._choose_postgres()
        self.rabbit = self._choose_rabbit(nodes)
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

    @property
    def _stand_ins(self) -> Path:
        """Where the stand-ins store what the databases refer to."""
        return self.directory / "stand-ins"

    def say(self, text: str) -> None:
        self.supervisor.output.say(text)

    def walk_argv(self) -> list[str]:
        return filled(self._commands.walk, self._facts)

    def look_after_nodes(self, closing: threading.Event, *, every: float = 1.0) -> None:
        """Restart a crashed private broker or database; check every `every` seconds until `closing` is set."""
        while not closing.wait(every):
            for name, node in (("RabbitMQ", self.rabbit), ("PostgreSQL", self.postgres)):
                if isinstance(node, RabbitNode | RabbitCluster | PostgresNode) and not node.alive():
                    self.say(f"{name} ended by itself; starting it again")
                    with suppress(RuntimeError, OSError):
                        node.start()

    def missing(self) -> Path | None:
        """A removed directory without which the run cannot go on, or None."""
        if self._claim.lost():
            return self.directory
        private = (RabbitNode, RabbitCluster, PostgresNode)
        nodes = [each.directory for each in (self.rabbit, self.postgres) if isinstance(each, private)]
        return next((each for each in (self.directory / "pids", *nodes) if not each.is_dir()), None)

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
        if isinstance(self.postgres, PostgresNode):
            self.postgres.remove_data_aside()
        if self._claim.made_anew():
            shutil.rmtree(self.directory, ignore_errors=True)

    def _choose_gateway_ports(self) -> dict[str, int]:
        """The port of each gateway: with one gateway its address is the system's, otherwise the balancer's is."""
        if self._copies == 1:
            return {"gateway": self.config.ports["GATEWAY_PORT"]}
        return {name: self._ports.choose(name) for name in copies_of("gateway", self._copies)}

    def _choose_postgres(self) -> PostgresNode | ExternalPostgres:
        if given := os.environ.get("DATABASE_URL"):
            return ExternalPostgres(given, prefix=self.config.database_prefix)
        log = self.supervisor.output.log_of("postgres")
        return PostgresNode(self.directory / "postgres", port=self.config.ports["POSTGRES_PORT"], log=log, say=self.say)

    def _choose_rabbit(self, nodes: int) -> RabbitNode | RabbitCluster | ExternalRabbit:
        if given := os.environ.get("AMQP_URL"):
            return ExternalRabbit(given, management_url=os.environ.get("AMQP_MANAGEMENT_URL"))
        console = int(os.environ.get("AMQP_CONSOLE_PORT") or 0)
        port, users, log = self.config.ports["AMQP_PORT"], BROKER_USERS, self.supervisor.output.log_of
        console_port = self._ports.choose("RabbitMQ console", console) if console else None
        definitions = self._commands.definitions
        if nodes > 1:
            return self.cluster(
                self.directory / "cluster", size=nodes, port=port, console_port=console_port, definitions=definitions,
                users=users, log=log, say=self.say,
            )  # fmt: skip
        return RabbitNode(
            self.directory / "rabbit", port=port, console_port=console_port, definitions=definitions, users=users,
            log=log("rabbit"), say=self.say,
        )  # fmt: skip

    def _bring_up(self) -> None:
        rabbit: Future[object] = self._helpers.submit(self.rabbit.start)
        databases = self._helpers.submit(self._prepare_databases)
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
        self._await_ready()
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

    def _prepare_databases(self) -> dict[str, DatabaseUrls]:
        self.postgres.start()
        if not self.postgres.has_database("payments"):  # payments and mails of databases that are gone
            shutil.rmtree(self._stand_ins, ignore_errors=True)
        return {name: self.postgres.create_database(name) for name in DATABASES}

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
        """The environment of a process: URL and keys of its user of the broker; the relay has those of the owners."""
        kind = kind_of(name)
        users = {f"{owner.upper()}_AMQP_URL": owner for owner in SERVICES} if kind == "relay" else {}
        users |= {"AMQP_URL": kind} if kind in BROKER_USERS else {}
        keys = {variable: key for variable, key in self._keys.items() if kind == "relay" and "_RELAY_" in variable}
        keys |= {"MESSAGE_KEYS": self._keys.get(f"{kind.upper()}_MESSAGE_KEYS", "")} if kind in BROKER_USERS else {}
        port = {"GATEWAY_PORT": str(self.gateway_ports[name])} if name in self.gateway_ports else {}
        port |= {"GATEWAY_DRAIN_SECONDS": DRAIN_SECONDS} if self._copies > 1 else {}
        foreign = ("AMQP_URL", "MESSAGE_KEYS")  # those of the operator
        others = {variable: value for variable, value in self.environment.items() if variable not in foreign}
        given = {variable: value for variable, value in self._extra.items() if variable in keys}
        urls = {variable: self._amqp_url_of(user) for variable, user in users.items()}
        return others | urls | keys | port | given

    def _amqp_url_of(self, user: str) -> str:
        return self._extra.get("AMQP_URL") or self.rabbit.url_of(user)

    def _await_ready(self) -> None:
        stand_ins = {"stripe": "STRIPE_PORT", "pusher": "PUSHER_PORT", "mailbox": "MAILBOX_HTTP_PORT"}
        for name in self._commands.stand_ins.keys() & stand_ins:
            self._until(name, partial(answers, self.config.ports[stand_ins[name]]))
        for service in self._services if self._commands.queues and self._commands.service else ():
            name = next(copies_of(service, self._copies))
            queues = [queue.format(service=service) for queue in self._commands.queues]
            self._until(name, partial(all_consumed, self.rabbit.amqp_url, queues))
            asks = self._commands.asks.format(service=service)
            self._until(name, partial(is_asked, self.rabbit.amqp_url, asks))
        for name, port in self.gateway_ports.items() if self._commands.gateway else ():
            self._until(name, partial(is_ok, f"http://{LOOPBACK}:{port}/readyz"))
        if self._copies > 1:
            self._until("balancer", partial(is_ok, f"{self.config.url('GATEWAY_PORT')}/readyz"))

    def _until(self, name: str, condition: Callable[[], bool]) -> None:
        until(condition, self.supervisor.awaited(name), abort=self._hopeless, say=self.say, every=0.2)

    def _hopeless(self) -> str | None:
        if self.supervisor.closing:
            return "The stack is ending."
        for name in self.supervisor.names():
            if self.supervisor.crashes(name) >= HOPELESS_AFTER:
                return f"{name} keeps ending:\n{self.supervisor.output.tail(name)}"
        return None

    def _describe(self, databases: Mapping[str, DatabaseUrls]) -> None:
        config = self.config
        names = [name for service in self._services for name in copies_of(service, self._copies)]
        environments = {name: self._environment_of(name) for name in names}
        write_private(self.directory / ENVIRONMENT, json.dumps(environments))
        self.stack_json = {
            "gateway": config.url("GATEWAY_PORT"),
            "stripe": {"url": config.url("STRIPE_PORT"), "webhook_secret": config.stripe_webhook_secret},
            "pusher": {
                "host": LOOPBACK, "port": config.ports["PUSHER_PORT"], "app_id": config.pusher_app_id,
                "key": config.pusher_key, "secret": config.pusher_secret,
            },
            "mailbox": {
                "smtp": f"{LOOPBACK}:{config.ports['MAILBOX_SMTP_PORT']}", "http": config.url("MAILBOX_HTTP_PORT"),
            },
            "amqp": self.environment["AMQP_URL"],
            "message_keys": self.environment["MESSAGE_KEYS"],
            "databases": {name: urls.running for name, urls in databases.items()},
            "staff": [],
            "hotels": [],
        }  # fmt: skip
        self._store()
        if seeded := self._run("seed", self._commands.seed, echo=False):
            accounts = json.loads(seeded[-1])
            self.stack_json |= {"staff": accounts["staff"], "hotels": accounts["hotels"]}
            self._store()

    def _store(self) -> None:
        write_private(self.path, json.dumps(self.stack_json, indent=2) + "\n")
