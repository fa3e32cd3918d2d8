"""A client of the HTTP API: one caller, that repeats a request without an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TypeVar

from chassis.refusal import Refusal, Unavailable
from contracts.message import Ask, Command
from contracts.values import Context
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.gateway_steps import carried_out
from tests.simulation.gateway_operations import takes_a_key

Reply = TypeVar("Reply")
Row = TypeVar("Row")
Option = TypeVar("Option")

ATTEMPTS = 8
UNANSWERED = "UNANSWERED"
TRANSIENT_REFUSALS = frozenset({"ACTION_IN_PROGRESS", "IDEMPOTENCY_IN_PROGRESS"})  # refusals that end by themselves
WITHOUT_KEY, CLICKS_TWICE, ASKS_AGAIN = 0.1, 0.04, 0.05


def weighted(world: ActorWorld, name: str, options: Mapping[Option, int]) -> Option:
    """One of the options; each is as likely as its weight says."""
    return world.choices.pick(name, list(options), list(options.values()))


class Client:
    """A caller who sends requests.

    `refused` is the code of the last request's refusal, `UNANSWERED` without an answer, and empty after another answer.
    """

    def __init__(self, world: ActorWorld, name: str, context: Context) -> None:
        self.world = world
        self.name = name
        self.context = context
        self.refused = ""
        self._numbers = count(1)

    def acting_as(self, context: Context) -> Client:
        """The same client with another identity; it goes on counting its requests."""
        other = Client(self.world, self.name, context)
        other._numbers = self._numbers
        return other

    def read(self, query: Ask[Reply]) -> Reply | None:
        """The answer to a GET; None where it is refused, or no answer came to any attempt."""
        return self._repeated(query, self.context)

    def rows(self, query: Ask[Reply], rows_of: Callable[[Reply], Sequence[Row]]) -> Sequence[Row]:
        """The rows that `rows_of` takes from the answer to a GET; none without an answer."""
        reply = self.read(query)
        return () if reply is None else rows_of(reply)

    def one_of(self, name: str, query: Ask[Reply], rows_of: Callable[[Reply], Sequence[Row]]) -> Row | None:
        """One of the rows of the answer to a GET, by the choice of this name; None where there is none."""
        rows = self.rows(query, rows_of)
        return self.world.choices.pick(name, rows) if rows else None

    def command(self, command: Command[Reply], *, if_match: tuple[int, ...] | None = None) -> Reply | None:
        """The answer to a command; None where the command is refused, or its outcome is unknown.

        Most commands that take an Idempotency-Key have one, and are repeated with it. Some are clicked twice at once,
        and some are sent again after the answer. Without a key, a client cannot repeat a command.
        """
        context = replace(self.context, if_match=if_match)
        choices = self.world.choices
        if not takes_a_key(type(command)) or choices.chance("without a key", WITHOUT_KEY):
            return self._once(command, context)
        key = f"{self.name}-{next(self._numbers)}"
        if choices.chance("clicks twice", CLICKS_TWICE):
            second = Client(self.world, f"{key}-click", context)
            self.world.start(lambda _: second._repeated(command, context, key=key), second.name)
        reply = self._repeated(command, context, key=key)
        if reply is not None and choices.chance("asks again", ASKS_AGAIN):
            self._repeated(command, context, key=key)
        return reply

    def operate(self, service: str, command: Command[Reply]) -> Reply | None:
        """The answer to a command that every service handles; None where it is refused, or its outcome is unknown."""
        return self._once(command, self.context, service=service)

    def _once(self, message: Ask[Reply], context: Context, *, key: str = "", service: str = "") -> Reply | None:
        self.refused = ""
        try:
            return carried_out(self.world, message, context, key=key, service=service)
        except Refusal as refusal:
            self.refused = refusal.code
        except Unavailable:
            self.refused = UNANSWERED
        return None

    def _repeated(self, message: Ask[Reply], context: Context, *, key: str = "") -> Reply | None:
        for attempt in range(ATTEMPTS):
            reply = self._once(message, context, key=key)
            if self.refused != UNANSWERED and self.refused not in TRANSIENT_REFUSALS:
                return reply
            self.world.sleep(min(2.0**attempt, 30))
        return None
