"""A private RabbitMQ node: its own directories, name, ports and cookie, on loopback."""

import hashlib
import os
import re
import secrets
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from sandbox.stack.child_process import ChildProcess, end_earlier_process
from sandbox.stack.data_aside import aside, remove_aside
from sandbox.stack.ports import LOOPBACK
from sandbox.stack.private_server import PrivateServer
from sandbox.stack.rabbit_programs import find_rabbit, has_hash_exchange
from sandbox.stack.rabbit_settings import ClusterMembership, RabbitSettings
from sandbox.stack.run_directory import Secrets, run_directory, write_private
from sandbox.stack.stack_config import ROOT
from sandbox.stack.waiting import PATIENCE, Patience

USER = "hotelmate"
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
# RabbitMQ 3.10 does not start below a directory with an apostrophe, and may lose its newest queues when it is killed
# below one whose name has letters of other scripts.
PLAIN_PATH = re.compile(r"[\w ./@+-]+", re.ASCII)
METHOD_FRAME, CONNECTION_START = b"\x01", b"\x00\x0a\x00\x0a"


def shakes_hands(port: int) -> bool:
    """Whether an AMQP 0-9-1 broker on the port answers the protocol header with Connection.Start."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2) as wire:
        wire.sendall(PROTOCOL_HEADER)
        with wire.makefile("rb") as answer:
            head = answer.read(11)
        return head[:1] == METHOD_FRAME and head[7:11] == CONNECTION_START
    return False


def node_name(directory: Path) -> str:
    """The name of the node whose data is in the directory; it stays the same when ports change."""
    return f"hotelmate-{hashlib.sha256(str(directory).encode()).hexdigest()[:12]}@localhost"


class RabbitNode(PrivateServer):
    """A private RabbitMQ node with its data in `directory`.

    The command `definitions` writes the definitions that the node loads before clients can connect. It gets the
    passwords of `users` in the environment, as `<USER>_AMQP_PASSWORD`, and the administrator's. A node of a `cluster`
    loads none: what is declared before all nodes are there is on the first of them only.
    """

    NAME = "RabbitMQ"

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        console_port: int | None = None,
        definitions: Sequence[str] = (),
        users: Sequence[str] = (),
        cluster: ClusterMembership | None = None,
        log: Path | None = None,
        patience: Patience = PATIENCE,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.directory = run_directory(directory)
        self.directory.chmod(0o700)
        plain = PLAIN_PATH.fullmatch(str(self.directory))
        self._home = self.directory if plain else aside(self.directory, "hotelmate-rabbitmq-")
        self._data = self._home / "data"
        self._definitions, self._users, self._cluster = list(definitions), users, cluster
        super().__init__(log or self.directory / "rabbit.log", patience=patience, say=say)
        self.port = port or self._ports.choose(self.NAME)
        self.console_port = console_port
        self.distribution_port = self._ports.choose("RabbitMQ's distribution")
        self._secrets = cluster.secrets if cluster else Secrets(self.directory / "secrets.json")
        self._note = self.directory / "rabbit.pid"

    @property
    def name(self) -> str:
        """The node name, under which RabbitMQ stores its data."""
        return node_name(self.directory)

    @property
    def amqp_url(self) -> str:
        """The administrator's URL."""
        return f"amqp://{USER}:{self._password}@{LOOPBACK}:{self.port}/%2F"

    def url_of(self, user: str) -> str:
        """The URL for a process that is this user of the broker."""
        return f"amqp://{user}:{self._password_of(user)}@{LOOPBACK}:{self.port}/%2F"

    @property
    def console_url(self) -> str | None:
        return f"http://{LOOPBACK}:{self.console_port}/" if self.console_port else None

    def start(self) -> Self:
        """Start the node, and wait until it accepts AMQP connections."""
        if self.alive():
            return self
        end_earlier_process(self._note)
        scripts, settings = find_rabbit(), self._settings()
        if settings.definitions:
            self.write_definitions()
        settings.write()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = ChildProcess(
                [str(scripts / "rabbitmq-server")], env=settings.environment(), note=self._note, stdout=log.fileno(),
                cwd=self.directory, umask=0o077,
            )  # fmt: skip
        self._until(lambda: shakes_hands(self.port))
        return self

    def ctl(self, *args: str, timeout: float = 30.0, program: str = "rabbitmqctl") -> str:
        """Run `rabbitmqctl` against this node; returns its output, or raises RuntimeError with its error message.

        `program` may name another one of RabbitMQ's: `rabbitmq-queues`, `rabbitmq-upgrade`.
        """
        argv = [str(find_rabbit() / program), "--quiet", "--node", self.name, *args]
        environment = self._settings().environment()
        try:
            done = subprocess.run(  # noqa: S603
                argv, stdin=subprocess.DEVNULL, env=environment, capture_output=True, text=True, timeout=timeout,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"{program} {' '.join(args)}: no answer in {timeout:g} s") from error
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(args)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def write_definitions(self) -> Path:
        """Have the command write the definitions into the node's directory; returns the file."""
        path = self.directory / "definitions.json"
        passwords = {f"{user.upper()}_AMQP_PASSWORD": self._password_of(user) for user in self._users}
        argv = [*self._definitions, *([] if has_hash_exchange() else ["--without-hash"])]
        environment = os.environ | passwords | {"AMQP_ADMIN_PASSWORD": self._password}
        done = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(f"The broker's definitions cannot be made: {done.stderr.strip()}")
        if done.stderr:
            self._say(done.stderr.strip())
        write_private(path, done.stdout)
        return path

    def registered(self, queue: str) -> bool:
        """Whether a new quorum queue would survive `kill`. RabbitMQ stores it on disk half a second after its creation.

        A node that is killed before then starts the queue under another id, empty and permanently without a leader.
        """
        registers = self._data.glob("*/quorum/*/names.dets")
        return any(queue.encode() in register.read_bytes() for register in registers)

    def members(self) -> list[str]:
        """The names of the nodes of this node's cluster, as the node has stored them; empty before its first start."""
        stored = [path.read_text() for path in self._data.glob("*/cluster_nodes.config")]
        return re.findall(r"hotelmate-\w+@localhost", "".join(stored))

    @property
    def _password(self) -> str:
        """The administrator's password: with definitions another one, as all processes once had the one before."""
        name = "administrator_password" if self._definitions else "password"
        return self._secrets.get(name, lambda: secrets.token_urlsafe(24))

    def _password_of(self, user: str) -> str:
        return self._secrets.get(f"password_of_{user}", lambda: secrets.token_urlsafe(24))

    def remove_data_aside(self) -> None:
        """Remove a closed node's data if they are outside `directory`. Works even if `directory` is gone."""
        remove_aside(self._home)

    def _settings(self) -> RabbitSettings:
        own = bool(self._definitions) and self._cluster is None
        return RabbitSettings(
            directory=self.directory, data=self._data, name=self.name, port=self.port,
            distribution_port=self.distribution_port, console_port=self.console_port,
            user=USER, password=self._password,
            cookie=self._secrets.get("cookie", lambda: secrets.token_hex(20)),
            definitions=self.directory / "definitions.json" if own else None, hashes=has_hash_exchange(),
            cluster=self._cluster,
        )  # fmt: skip
