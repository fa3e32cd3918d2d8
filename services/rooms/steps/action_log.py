"""The action log: each action of a booking is carried out once, and a repeated action gets the stored reply."""

from collections.abc import Callable
from functools import wraps
from typing import Protocol, TypeVar

from chassis import codec
from chassis.refusal import Refusal
from services.rooms.work import RoomsWork


class Action(Protocol):
    """A command for a booking of a hotel, with an action id."""

    @property
    def action_id(self) -> str: ...

    @property
    def booking_id(self) -> str: ...

    @property
    def hotel(self) -> str: ...


A = TypeVar("A", bound=Action)
R = TypeVar("R")
Handler = Callable[[A, RoomsWork], R]


def once(reply: type[R]) -> Callable[[Handler[A, R]], Handler[A, R]]:
    """Make a handler run once for each action id of a hotel. The reply is stored in the same transaction.

    The kind of a stored action is the class name of its command. Refused `ACTION_ID_REUSED` where an action of another
    kind or of another booking has the id.
    """

    def decorated(handler: Handler[A, R]) -> Handler[A, R]:
        @wraps(handler)
        def handle(command: A, work: RoomsWork) -> R:
            hotel, kind = command.hotel, type(command).__name__
            if work.actions.begin(hotel, command.action_id, kind=kind, booking_id=command.booking_id, now=work.now):
                answer = handler(command, work)
                work.actions.finish(hotel, command.action_id, answer)
                return answer
            stored_kind, booking_id, stored = work.actions.reply(hotel, command.action_id)
            if (stored_kind, booking_id) != (kind, command.booking_id):
                raise Refusal("ACTION_ID_REUSED", "The action id belongs to another action.")
            return codec.typed(stored, reply)

        return handle

    return decorated
