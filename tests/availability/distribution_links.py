"""The links between the nodes of a cluster, each through a proxy, so that a node can be cut off from the others.

A node finds the others' ports through a directory of its own, which passes everything on to the cluster's epmd and
answers with the ports of the proxies.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.chaos.proxied_connection import ProxiedConnection
from sandbox.chaos.tcp_proxy import TcpProxy
from sandbox.stack.epmd import Epmd
from sandbox.stack.ports import LOOPBACK
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.rabbit_cluster import RabbitCluster

NAMES, WHERE_IS, IS_AT = 110, 122, 119  # of epmd's protocol: NAMES_REQ, PORT_PLEASE2_REQ and PORT2_RESP


class NodeDirectory:
    """One node's view of epmd. `links` are the proxies on the way to other nodes, by the name before the `@`."""

    def __init__(self, epmd: Epmd) -> None:
        self._epmd = epmd
        self._listener = socket.create_server((LOOPBACK, 0))
        self.links: dict[str, TcpProxy] = {}
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where the node asks."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Stop listening; registrations of running nodes go on."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                node, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(node,), daemon=True).start()

    def _answer(self, node: socket.socket) -> None:
        with suppress(OSError, struct.error), node.makefile("rb") as requests:
            head = requests.read(2)
            request = requests.read(struct.unpack(">H", head)[0])
            epmd = socket.create_connection((LOOPBACK, self._epmd.port))
            epmd.sendall(head + request)
            if request[0] not in (WHERE_IS, NAMES):  # a registration lasts as long as its connection
                ProxiedConnection(node, epmd).start()
                return
            with epmd, epmd.makefile("rb") as answers:
                answer = answers.read()
            node.sendall(self._own_port + answer[4:] if request[0] == NAMES else self._redirected(request, answer))
            node.shutdown(socket.SHUT_RDWR)

    @property
    def _own_port(self) -> bytes:
        return struct.pack(">I", self.port)

    def _redirected(self, request: bytes, answer: bytes) -> bytes:
        link = self.links.get(request[1:].decode())
        is_there = answer[:2] == bytes([IS_AT, 0])
        return answer[:2] + struct.pack(">H", link.port) + answer[4:] if link and is_there else answer


class DistributionLinks:
    """The links between all nodes of one cluster, which `cluster` makes."""

    def __init__(self) -> None:
        self._directories: list[NodeDirectory] = []
        self._links: dict[tuple[int, int], TcpProxy] = {}

    def cluster(self, directory: Path, **options: Any) -> RabbitCluster:
        """A cluster whose nodes reach each other through these links only."""
        cluster = RabbitCluster(directory, epmd_port_of=self._directory_of, **options)
        for here, view in enumerate(self._directories):
            for there, node in enumerate(cluster.nodes):
                if here != there:
                    link = self._links[here, there] = TcpProxy(f"tcp://{LOOPBACK}:{node.distribution_port}")
                    view.links[node.name.partition("@")[0]] = link
        return cluster

    def silence(self, number: int) -> None:
        """Pass nothing on between this node and the others, as where the network drops every packet."""
        self._of(number, partial(TcpProxy.hold, new_ones=True))

    def cut(self, number: int) -> None:
        """Reset the connections between this node and the others, and pass nothing on in new ones."""
        self._of(number, partial(TcpProxy.hold, new_ones=True))
        self._of(number, TcpProxy.reset)

    def heal(self, number: int) -> None:
        """Pass on again what arrives."""
        self._of(number, TcpProxy.release)

    def close(self) -> None:
        """Close every link and directory."""
        for link in self._links.values():
            link.close()
        for view in self._directories:
            view.close()

    def _of(self, number: int, change: Callable[[TcpProxy], None]) -> None:
        for ends, link in self._links.items():
            if number in ends:
                change(link)

    def _directory_of(self, _: int, epmd: Epmd) -> int:
        self._directories.append(NodeDirectory(epmd))
        return self._directories[-1].port


def node_of(cluster: RabbitCluster, user: str) -> RabbitNode:
    """The node to which a process is connected that is this user of the broker."""
    rows = cluster.nodes[0].ctl("list_connections", "user", "pid").splitlines()
    names = [row.split("\t")[1] for row in rows if row.split("\t")[0] == user]
    return next(node for node in cluster.nodes if any(node.name in name for name in names))
