"""Operators' queries on open connections, so that a test can plant a fault, judge it and roll it back."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis import codec
from chassis.observability.operator_queries import LONGEST, answer
from contracts.message import Query, reply_type
from tests.fakes.platform import Platform

Reply = TypeVar("Reply")


class OpenServices:
    """Asks services on one connection each; messages go through their JSON, as over the broker."""

    def __init__(
        self, platform: Platform, connections: Mapping[str, sa.Connection], *, longest: float = LONGEST
    ) -> None:
        self.connections = connections
        self._examinations = {name: instance.service.examination for name, instance in platform.services.items()}
        self._longest = longest

    def __call__(self, service: str, query: Query[Reply]) -> Reply:
        """The service's reply. Raises its `Refusal`."""
        received: Any = codec.typed(codec.decode(codec.encode(query)), type(query))
        answered = answer(
            service, self._examinations[service], self.connections[service], received, longest=self._longest
        )
        reply: Reply = codec.typed(codec.decode(codec.encode(answered)), reply_type(type(query)))
        return reply


@contextmanager
def open_services(platform: Platform, *, longest: float = LONGEST) -> Iterator[OpenServices]:
    """The services of a platform while the block runs; what is written to their connections is rolled back."""
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(instance.engine.connect()) for name, instance in platform.services.items()
        }
        yield OpenServices(platform, connections, longest=longest)
