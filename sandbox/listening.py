"""A listening socket for a stand-in's server.

It says that it is TCP: asyncio turns Nagle's algorithm off only for sockets that do, and with it on every answer waits
40 ms for an acknowledgement.
"""

import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(1024)
    return listening
