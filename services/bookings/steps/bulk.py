"""Requests about several things, of which each succeeds or fails by itself."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import KeyedConversation
from services.bookings.work import BookingsWork

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def attempt_each(
    conversation: KeyedConversation[BookingsWork], things: Sequence[Thing], act: Callable[[Thing], Result]
) -> tuple[list[tuple[Thing, Result]], list[tuple[Thing, str]]]:
    """Act on one thing after the other; returns what succeeded with its result, and what failed with its code.

    Where a service does not answer, a request with a key raises `Unavailable`, and its repetition completes what is
    pending. Without a key, that thing and those after it fail with `SERVICE_UNAVAILABLE`; the later ones are not
    attempted.
    """
    done: list[tuple[Thing, Result]] = []
    failed: list[tuple[Thing, str]] = []
    for position, thing in enumerate(things):
        try:
            done.append((thing, act(thing)))
        except Refusal as refusal:
            failed.append((thing, refusal.code))
        except Unavailable:
            if conversation.claim:
                raise
            failed += [(each, "SERVICE_UNAVAILABLE") for each in things[position:]]
            break
    return done, failed
