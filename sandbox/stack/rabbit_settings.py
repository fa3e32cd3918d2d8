"""The files and the environment with which a private RabbitMQ node starts."""

import os
from dataclasses import dataclass
from pathlib import Path

from sandbox.stack.ports import LOOPBACK
from sandbox.stack.rabbit_programs import HASH_EXCHANGE
from sandbox.stack.run_directory import Secrets, write_private

# Seconds after which a silent node counts as gone. RabbitMQ has 60 unless set; the clients notice silence sooner.
NET_TICK_TIME = 12
JOIN_ATTEMPTS, BETWEEN_ATTEMPTS = 240, 500  # milliseconds


@dataclass(frozen=True, kw_only=True)
class ClusterMembership:
    """What the nodes of a cluster share: passwords and cookie, their epmd, and the node that the others join."""

    seed: str
    secrets: Secrets
    epmd_port: int


@dataclass(frozen=True, kw_only=True)
class RabbitSettings:
    """The settings of one node. `user` is the administrator, unless `definitions` make one.

    `hashes` enables the plugin of the consistent-hash exchange.
    """

    directory: Path
    data: Path
    name: str
    port: int
    distribution_port: int
    console_port: int | None
    user: str
    password: str
    cookie: str
    definitions: Path | None
    hashes: bool
    cluster: ClusterMembership | None

    def write(self) -> None:
        """Write the files that the node reads at its start."""
        advanced = []
        if self.definitions:
            path = erlang_string(str(self.definitions))  # rabbitmq.conf cannot hold every path
            advanced.append(f"{{rabbit, [{{load_definitions, {path}}}]}}")
        plugins = [HASH_EXCHANGE] * self.hashes + ["rabbitmq_management"] * bool(self.console_port)
        write_private(self.directory / "rabbitmq.conf", "\n".join(self._lines()) + "\n")
        write_private(self.directory / "enabled_plugins", f"[{','.join(plugins)}].\n")
        # without this file the system's is read
        write_private(self.directory / "advanced.config", f"[{','.join(advanced)}].\n")
        cookie = self.directory / ".erlang.cookie"
        if not cookie.exists():
            write_private(cookie, self.cookie)
            cookie.chmod(0o400)

    def _lines(self) -> list[str]:
        lines = [
            f"listeners.tcp.1 = {LOOPBACK}:{self.port}",
            "disk_free_limit.absolute = 100MB",
            "log.file = false",
            "log.console = true",
            "log.console.level = warning",
            "log.console.use_colors = off",
        ]
        if not self.definitions:
            lines += [f"default_user = {self.user}", f"default_pass = {self.password}"]
        if self.console_port:
            lines += [f"management.tcp.ip = {LOOPBACK}", f"management.tcp.port = {self.console_port}"]
        if self.cluster:
            lines += ["cluster_partition_handling = pause_minority", f"net_ticktime = {NET_TICK_TIME}"]
            lines += ["queue_leader_locator = balanced", "cluster_formation.peer_discovery_backend = classic_config"]
            lines += [f"cluster_formation.classic_config.nodes.1 = {self.cluster.seed}"]
            # a node that gives up finding the first node forms a cluster of its own
            lines += [f"cluster_formation.discovery_retry_limit = {JOIN_ATTEMPTS}"]
            lines += [f"cluster_formation.discovery_retry_interval = {BETWEEN_ATTEMPTS}"]
        return lines

    def environment(self) -> dict[str, str]:
        """The environment of the node and of `rabbitmqctl`. Neither starts the machine's epmd, nor asks it."""
        own = self.directory
        loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        if self.cluster:  # the other nodes, too, connect to the command line
            distribution, command_line = "-start_epmd false", loopback
            epmd = {"ERL_EPMD_PORT": str(self.cluster.epmd_port), "ERL_EPMD_ADDRESS": LOOPBACK}
        else:
            distribution, command_line = (
                f"-start_epmd false -erl_epmd_port {self.distribution_port}",
                "-dist_listen false",
            )
            epmd = {}
        return epmd | {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(own),
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(own / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(own / "conf.d" / "*.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(own / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(own / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(own / "no-rabbitmq-env.conf"),
            "RABBITMQ_PID_FILE": str(own / "beam.pid"),
            "RABBITMQ_MNESIA_BASE": str(self.data),
            "RABBITMQ_LOG_BASE": str(own / "log"),
            "RABBITMQ_SCHEMA_DIR": str(own / "schema"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(own / "config"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{distribution} {loopback}",
            "RABBITMQ_CTL_ERL_ARGS": f"{distribution} {command_line}",
        }


def erlang_string(text: str) -> str:
    """The text as an Erlang term: the list of its code points."""
    return f"[{','.join(str(ord(letter)) for letter in text)}]"
