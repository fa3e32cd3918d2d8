"""Checks the health of the container it runs in: `healthy.py gateway | broker | listening` exits with 0 if healthy."""

import os
import re
import sys
import urllib.request
from pathlib import Path

ESTABLISHED, LISTENING = "01", "0A"
AMQP = 5672


def sockets(state: str) -> list[tuple[int, int]]:
    """The pairs (local port, remote port) of this container's TCP sockets in a state, as numbered by Linux."""
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text("ascii").splitlines()[1:] if table.exists() else []:
            local, remote, its_state = line.split()[1:4]
            if its_state == state:
                found.append((int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)))
    return found


def gateway() -> bool:
    """Whether the gateway in this container answers `/readyz` with 200."""
    url = f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT', '8080')}/readyz"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=2) as answer:
        return bool(answer.status == 200)


def broker() -> bool:
    """Whether a process in this container is connected to the port of one of RabbitMQ's nodes."""
    url = next(value for name, value in os.environ.items() if name.endswith("AMQP_URL"))
    hosts = (part.rpartition("//")[2].rpartition("@")[2].split("/")[0] for part in re.split("[,;]", url))
    ports = {int(host.partition(":")[2] or AMQP) for host in hosts}
    return any(remote in ports for _, remote in sockets(ESTABLISHED))


def listening() -> bool:
    """Whether a process in this container listens on a TCP port."""
    return bool(sockets(LISTENING))


CHECKS = {check.__name__: check for check in (gateway, broker, listening)}

if __name__ == "__main__":
    sys.exit(not CHECKS[sys.argv[1]]())
