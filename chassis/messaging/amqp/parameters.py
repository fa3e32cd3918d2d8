"""The parameters with which every process connects to the broker."""

import pika


def parameters(url: str, name: str) -> pika.URLParameters:
    """The parameters of a connection called `name`. The heartbeat of 10 s lets the broker notice a hung process."""
    connection = pika.URLParameters(url)
    connection.heartbeat = 10
    connection.blocked_connection_timeout = 30
    connection.client_properties = {"connection_name": name}
    connection.socket_timeout = connection.stack_timeout = 10
    return connection
