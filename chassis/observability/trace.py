"""W3C trace context: made at the edge, carried through every message, written in every log line."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_current: ContextVar[str] = ContextVar("traceparent", default="")


def started(traceparent: str | None = None) -> str:
    """A traceparent: the given one's child where it is well formed, else a new trace."""
    match = _FORM.fullmatch(traceparent or "")
    trace = match.group(1) if match and set(match.group(1)) != {"0"} else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def trace_id(traceparent: str) -> str:
    """The 32 hex digits that name the whole trace; empty where there is none."""
    match = _FORM.fullmatch(traceparent)
    return match.group(1) if match else ""


def current() -> str:
    """The traceparent of the current request, delivery or job; empty outside one."""
    return _current.get()


@contextmanager
def following(traceparent: str) -> Iterator[str]:
    """Do something as part of a trace."""
    token = _current.set(started(traceparent))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
