"""The asks of clients, whose outcomes the judge records, and the asks of the judge itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from chassis.service import method_of
from contracts.bookings.stay_changes import ChangeBooking
from contracts.message import Ask, reply_type
from contracts.values import Caller, Context
from tests.simulation.tasks import ProcessDied

if TYPE_CHECKING:
    from tests.simulation.world import World

Reply = TypeVar("Reply")


class ClientAsks:
    """Sends asks as the gateway does for its clients."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ask(self, message: Ask[Reply], context: Context, *, key: str, service: str) -> Reply:
        """Ask, with an Idempotency-Key unless `key` is empty; `service` answers an ask that every service handles.

        Raises the service's `Refusal`, or `Unavailable` where no answer came in time. The judge records the outcome.
        """
        world, sent = self._world, context
        if key:
            sent = replace(context, idempotency_key=key, fingerprint=_fingerprint(message))
        try:
            reply: Reply = world.network.ask(message, sent, service=service)
        except ProcessDied:
            self._tell(message, sent, key, Unavailable("the client has gone"))
            raise
        except (Refusal, Unavailable) as problem:
            world.note(f"{method_of(type(message))} -> {type(problem).__name__} {problem}")
            self._tell(message, sent, key, problem)
            raise
        world.note(f"{method_of(type(message))} -> {hashlib.sha256(codec.encode(reply)).hexdigest()[:12]}")
        self._tell(message, sent, key, reply)
        return reply

    def ask_directly(self, service: str, query: Ask[Any]) -> Any:
        """Ask a process of the service at once, past the network and outside every task."""
        plain, context = codec.plain(query), codec.plain(Context(caller=Caller(kind="system")))
        answer = self._world.living(service)[0].ask_server.handle(method_of(type(query)), plain, context)
        return codec.typed(codec.decode(codec.encode(answer.reply)), reply_type(type(query)))

    def _tell(self, message: Any, context: Context, key: str, outcome: Any) -> None:
        if self._world.judge:
            self._world.judge.answered(message, context, key, outcome)


def _fingerprint(message: Ask[Any]) -> str:
    """The fingerprint of the request's body, which does not say that the gateway has closed the payment page."""
    body = replace(message, page_closed=False) if isinstance(message, ChangeBooking) else message
    return hashlib.sha256(codec.encode(body)).hexdigest()
