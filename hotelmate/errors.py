"""Errors of a command, each with its message and exit code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import pika.exceptions
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable

REFUSED = 1
UNREACHABLE = 3


class CommandError(Exception):
    """Ends the command without a traceback: prints `message`, then each of `details` on a line; exits with `code`."""

    def __init__(self, message: str, *, details: Sequence[str] = (), code: int = REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.code = code


@contextmanager
def as_command_errors() -> Iterator[None]:
    """Turn the errors of the broker, a database or a service into a `CommandError`."""
    try:
        yield
    except Refusal as refusal:
        details = [f"{error['field']}: {error['message']}" for error in refusal.errors]
        raise CommandError(f"{refusal.message} ({refusal.code})", details=details) from refusal
    except Unavailable as problem:
        raise CommandError(f"No answer: {problem}.", code=UNREACHABLE) from problem
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as problem:
        lines = str(problem.orig).strip().splitlines() or [type(problem).__name__]
        raise CommandError(f"The database cannot be reached: {lines[0]}", code=UNREACHABLE) from problem
    except (pika.exceptions.AMQPError, OSError) as problem:
        reason = str(problem) or type(problem).__name__
        raise CommandError(f"The broker cannot be reached: {reason}", code=UNREACHABLE) from problem
    except httpx.HTTPError as problem:
        raise CommandError(f"A stand-in cannot be reached: {problem}", code=UNREACHABLE) from problem
