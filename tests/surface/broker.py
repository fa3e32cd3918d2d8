"""RabbitMQ: the topology as it is declared, and how messages look beside their data."""

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tests.surface.source import Line, attribute, calls, strings

OURS = re.compile(
    r"((rpc|hotelmate|nameko|asks|reply)[.-]|\{\}\.(events|inbox|retry|dead|replay|asks|replies|#|\*)|x-[a-z])\S*"
)


class Recorder:
    """A channel that only notes what is declared on it."""

    def __init__(self) -> None:
        self.noted: list[Line] = []

    def exchange_declare(
        self, exchange: str, kind: str, *, arguments: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        self.noted.append((f"exchange {exchange}", f"{kind}{_arguments(more)}"))
        self.noted += [(f"exchange {exchange}", f"{name}={value!r}") for name, value in (arguments or {}).items()]

    def exchange_bind(self, destination: str, source: str, routing_key: str) -> None:
        self.noted.append((f"exchange {destination}", f"bound to {source} by {routing_key!r}"))

    def queue_declare(self, queue: str, *, arguments: Mapping[str, Any] | None = None, **more: Any) -> None:
        self.noted.append((f"queue {queue}", _arguments(more).strip()))
        self.noted += [(f"queue {queue}", f"{name}={value!r}") for name, value in (arguments or {}).items()]

    def queue_bind(self, queue: str, exchange: str, routing_key: str, **more: Any) -> None:
        self.noted.append((f"queue {queue}", f"bound to {exchange} by {routing_key!r}{_arguments(more)}"))


def topology(declare: Callable[[Any], None]) -> Iterator[Line]:
    """Every exchange, durable queue and binding, with all arguments."""
    channel = Recorder()
    declare(channel)
    yield from channel.noted


def permissions(users: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[Line]:
    """What each user of the broker may do."""
    for user, rights in users:
        yield from ((f"user {user}", f"{name} {pattern}") for name, pattern in rights.items())


def names(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """Names of queues and headers that code writes, and the queues that live as long as their connection."""
    for deployable, tree in modules:
        yield from ((deployable, f"names {value}") for value in strings(tree) if OURS.fullmatch(value))
        for call in calls(tree):
            parts = [attribute(call.func), *(attribute(part) for part in call.args)]
            if {"queue_declare", "basic_consume", "basic_publish"} & set(parts):
                how = {word.arg: word.value for word in call.keywords if word.arg and _is_plain(word.value)}
                action = next(part for part in parts if part.startswith(("queue_", "basic_")))
                yield deployable, f"{action} {' '.join(f'{name}={ast.unparse(how[name])}' for name in sorted(how))}"


def members(bodies: Mapping[str, bytes]) -> Iterator[Line]:
    """The members of the bodies of asks and replies; where a Python class stands in its module is not one."""
    for name, body in bodies.items():
        yield from ((f"body {name}", path) for path in _members(json.loads(body)))


def _members(value: Any, path: str = "") -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value if path.endswith('exc_type') else type(value).__name__}"
        return
    for key, each in value.items():
        yield from _members(each, f"{path}.{key}")


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _arguments(more: Mapping[str, Any]) -> str:
    return "".join(f" {name}={value!r}" for name, value in sorted(more.items()))
