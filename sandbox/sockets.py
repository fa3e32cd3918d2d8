"""A listening socket for a stand-in's server.

The socket names its protocol (TCP): asyncio disables Nagle's algorithm only for such sockets, and with Nagle's
algorithm every response waits 40 ms for an acknowledgement.
"""

import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener
