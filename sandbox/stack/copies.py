"""Names of the processes of a stack that runs several of each kind: `rooms-1`, `rooms-2`; with one of each, `rooms`."""

from collections.abc import Iterator


def copies_of(kind: str, count: int) -> Iterator[str]:
    """The names of `count` processes of a kind."""
    yield from (f"{kind}-{number}" for number in range(1, count + 1)) if count > 1 else [kind]


def kind_of(name: str) -> str:
    """The kind of the process with this name."""
    return name.partition("-")[0]
