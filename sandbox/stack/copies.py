"""Names of the processes of a stack that runs several of each kind: `rooms-1`, `rooms-2`; with one of each, `rooms`."""

from collections.abc import Callable, Iterator


def copies_of(kind: str, count: int) -> Iterator[str]:
    """The names of `count` processes of a kind."""
    yield from (f"{kind}-{number}" for number in range(1, count + 1)) if count > 1 else [kind]


def kind_of(name: str) -> str:
    """The kind of the process with this name."""
    return name.partition("-")[0]


def gateway_ports(count: int, port: int, choose: Callable[[str], int]) -> dict[str, int]:
    """The port of each of `count` gateways. A single one has the system's `port`, otherwise the balancer has it."""
    return {"gateway": port} if count == 1 else {name: choose(name) for name in copies_of("gateway", count)}
