"""The parameters with which every process connects to the broker."""

import socket

import pika

from chassis import time_limits

TCP_OPTIONS = {
    "TCP_KEEPIDLE": time_limits.KEEPALIVE_IDLE,
    "TCP_KEEPINTVL": time_limits.KEEPALIVE_INTERVAL,
    "TCP_KEEPCNT": time_limits.KEEPALIVE_COUNT,
    "TCP_USER_TIMEOUT": time_limits.UNACKNOWLEDGED_DATA * 1000,
}


def parameters(url: str, name: str, *, heartbeat: int = time_limits.HEARTBEAT_OF_COMMANDS) -> pika.URLParameters:
    """The parameters of a connection called `name`. Heartbeats let both ends notice a silent peer, TCP a lost one."""
    connection = pika.URLParameters(url)
    connection.heartbeat = heartbeat
    connection.tcp_options = {name: value for name, value in TCP_OPTIONS.items() if hasattr(socket, name)}
    connection.blocked_connection_timeout = 30
    connection.client_properties = {"connection_name": name}
    connection.socket_timeout = connection.stack_timeout = 10
    return connection
