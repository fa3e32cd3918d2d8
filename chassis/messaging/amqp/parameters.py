"""The parameters with which every process connects to the broker, to each of its nodes in turn."""

import socket
from dataclasses import dataclass, field

import pika

from chassis import time_limits
from chassis.messaging.amqp.nodes import in_turn

TO_ANOTHER_NODE, FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.2, 1.0  # seconds
TCP_OPTIONS = {
    "TCP_KEEPIDLE": time_limits.KEEPALIVE_IDLE,
    "TCP_KEEPINTVL": time_limits.KEEPALIVE_INTERVAL,
    "TCP_KEEPCNT": time_limits.KEEPALIVE_COUNT,
    "TCP_USER_TIMEOUT": time_limits.UNACKNOWLEDGED_DATA * 1000,
}


def parameters(url: str, name: str, *, heartbeat: int = time_limits.HEARTBEAT_OF_COMMANDS) -> list[pika.URLParameters]:
    """The parameters of a connection called `name` to each node that the URL names, in the order of the attempts.

    Heartbeats let both ends notice a silent peer, TCP a lost one.
    """
    return [_parameters(each, name, heartbeat) for each in in_turn(url)]


def _parameters(node_url: str, name: str, heartbeat: int) -> pika.URLParameters:
    connection = pika.URLParameters(node_url)
    connection.heartbeat = heartbeat
    connection.tcp_options = {name: value for name, value in TCP_OPTIONS.items() if hasattr(socket, name)}
    connection.blocked_connection_timeout = 30
    connection.client_properties = {"connection_name": name}
    connection.socket_timeout = connection.stack_timeout = time_limits.BROKER_ANSWER
    return connection


@dataclass(eq=False)
class ConnectionAttempts:
    """The attempts of one process to connect and to stay connected. After a node that fails comes the next one."""

    url: str
    name: str
    _attempts: int = field(default=0, init=False)
    _failed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._nodes = parameters(self.url, self.name, heartbeat=time_limits.HEARTBEAT)

    def parameters(self) -> pika.URLParameters:
        """The parameters of the next attempt. While another node is left to try, a node has less time to answer."""
        node = self._nodes[self._attempts % len(self._nodes)]
        others_left = self._failed < len(self._nodes) - 1
        within = time_limits.BROKER_ANSWER_OF_ONE_OF_SEVERAL if others_left else time_limits.BROKER_ANSWER
        node.socket_timeout = node.stack_timeout = within
        self._attempts += 1
        self._failed += 1
        return node

    @property
    def pause(self) -> float:
        """The seconds until the next attempt: hardly any while another node is left to try, and at most one."""
        tried = self._failed - len(self._nodes)
        if tried < 0 and len(self._nodes) > 1:
            return TO_ANOTHER_NODE
        return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, tried)))

    def succeeded(self) -> None:
        """Count the attempts anew: the connection is open."""
        self._failed = 0
