"""What a person at the command line is told when something cannot be done, and the exit code that goes with it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import pika.exceptions
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable

REFUSED = 1
UNREACHABLE = 3


class Trouble(Exception):
    """Ends the command with `message`, a line for each of `details`, and `code`; never with a traceback."""

    def __init__(self, message: str, *, details: Sequence[str] = (), code: int = REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.code = code


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what the broker, a database or a service says into a `Trouble`."""
    try:
        yield
    except Refusal as refusal:
        details = [f"{error['field']}: {error['message']}" for error in refusal.errors]
        raise Trouble(f"{refusal.message} ({refusal.code})", details=details) from refusal
    except Unavailable as silence:
        raise Trouble(f"No answer: {silence}.", code=UNREACHABLE) from silence
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as problem:
        said = str(problem.orig).strip().splitlines() or [type(problem).__name__]
        raise Trouble(f"The database cannot be reached: {said[0]}", code=UNREACHABLE) from problem
    except (pika.exceptions.AMQPError, OSError) as problem:
        why = str(problem) or type(problem).__name__
        raise Trouble(f"The broker cannot be reached: {why}", code=UNREACHABLE) from problem
    except httpx.HTTPError as problem:
        raise Trouble(f"A stand-in cannot be reached: {problem}", code=UNREACHABLE) from problem
