"""The links of one process: its connections to the broker and to its databases, each by way of a proxy."""

import re
from collections.abc import Iterator, Mapping

from sandbox.chaos.tcp_proxy import TcpProxy

BROKER, DATABASE = "broker", "database"


class Link:
    """All connections of a process to a server: those that exist, and those that the process makes later."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._proxy = TcpProxy(f"tcp://127.0.0.1:{port}")

    @property
    def port(self) -> int:
        """The port to which the process connects."""
        return self._proxy.port

    @property
    def server_ports(self) -> list[int]:
        """The ports from which the server sees the connections of the process."""
        return [port for connection in self._proxy.connections if (port := connection.server_port)]

    def delay(self, seconds: float) -> None:
        """Pass each piece of data on `seconds` later, in both directions."""
        self._proxy.delay(seconds, new_ones=True)

    def reset(self) -> None:
        """Reset the connections that exist. New ones are passed on."""
        self._proxy.reset()

    def blackhole(self) -> None:
        """Drop every packet, also those that would open a connection."""
        self._proxy.lose(new_ones=True)

    def hold(self) -> None:
        """Acknowledge every packet and pass nothing on, as a frozen server does."""
        self._proxy.hold(new_ones=True)

    def heal(self) -> None:
        """Pass on without delay: first what was held, and what is sent again."""
        self._proxy.delay(0.0, new_ones=True)
        self._proxy.release()

    def close(self) -> None:
        """Close the proxy."""
        self._proxy.close()


class Links(Mapping[str, Link]):
    """The links of all processes by name, such as `rooms-1/broker`; made when a process's environment is adapted."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}

    def adapt(self, process: str, environment: dict[str, str], *, broker: int, database: int) -> dict[str, str]:
        """The environment with the URLs of the links. `broker` and `database` are the servers' own loopback ports."""
        ports = {}
        for kind, port in ((BROKER, broker), (DATABASE, database)):
            name = f"{process}/{kind}"
            if name not in self._links:
                self._links[name] = Link(name, port)
            ports[str(port)] = str(self._links[name].port)
        url = re.compile(rf"(?<=@127\.0\.0\.1:)({'|'.join(ports)})(?=/)")
        return {
            variable: url.sub(lambda match: ports[match[0]], value) if variable.endswith("_URL") else value
            for variable, value in environment.items()
        }

    def close(self) -> None:
        """Close all proxies."""
        for link in self._links.values():
            link.close()

    def __getitem__(self, name: str) -> Link:
        return self._links[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)
