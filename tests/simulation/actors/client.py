"""A client of the HTTP API: one caller, that repeats a request without an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from chassis.refusal import Refusal, Unavailable
from contracts.message import Ask, Command
from contracts.values import Context
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.gateway_operations import takes_a_key

Reply = TypeVar("Reply")
Option = TypeVar("Option")

ATTEMPTS = 8
TRANSIENT_REFUSALS = frozenset({"ACTION_IN_PROGRESS", "IDEMPOTENCY_IN_PROGRESS"})  # refusals that end by themselves
WITHOUT_KEY, CLICKS_TWICE, ASKS_AGAIN = 0.1, 0.04, 0.05


def weighted(world: ActorWorld, name: str, options: Mapping[Option, int]) -> Option:
    """One of the options; each is as likely as its weight says."""
    return world.choices.pick(name, list(options), list(options.values()))


class Client:
    """A caller who sends requests. `refused` is the code of the last refusal, empty after an answer."""

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
        reply: Reply | None = self._repeated(query, self.context, key="")
        return reply

    def command(self, command: Command[Reply], *, if_match: tuple[int, ...] | None = None) -> Reply | None:
        """The answer to a command; None where the command is refused, or its outcome is unknown.

        Most commands that take an Idempotency-Key have one, and are repeated with it. Some are clicked twice at once,
        and some are sent again after the answer.
        """
        context = replace(self.context, if_match=if_match)
        choices = self.world.choices
        if not takes_a_key(type(command)) or choices.chance("without a key", WITHOUT_KEY):
            return self._once(command, context)
        key = f"{self.name}-{next(self._numbers)}"
        if choices.chance("clicks twice", CLICKS_TWICE):
            second = Client(self.world, f"{key}-click", context)
            self.world.start(lambda _: second._again(command, context, key), f"{key}-click")
        reply: Reply | None = self._repeated(command, context, key=key)
        if reply is not None and choices.chance("asks again", ASKS_AGAIN):
            self._repeated(command, context, key=key)
        return reply

    def operate(self, service: str, command: Command[Reply]) -> Reply | None:
        """The answer to a command that every service handles; None where it is refused, or its outcome is unknown."""
        self.refused = ""
        try:
            return self.world.ask(command, self.context, service=service)
        except Refusal as refusal:
            self.refused = refusal.code
        except Unavailable:
            pass
        return None

    def _again(self, command: Command[Any], context: Context, key: str) -> None:
        self._repeated(command, context, key=key)

    def _once(self, command: Command[Reply], context: Context) -> Reply | None:
        """Send once: a client without a key cannot repeat a command whose outcome is unknown."""
        self.refused = ""
        try:
            return self.world.ask(command, context)
        except Refusal as refusal:
            self.refused = refusal.code
        except Unavailable:
            pass
        return None

    def _repeated(self, message: Any, context: Context, *, key: str) -> Any:
        self.refused = ""
        for attempt in range(ATTEMPTS):
            try:
                return self.world.ask(message, context, key=key)
            except Refusal as refusal:
                if refusal.code not in TRANSIENT_REFUSALS:
                    self.refused = refusal.code
                    return None
            except Unavailable:
                pass
            self.world.sleep(min(2.0**attempt, 30))
        return None
