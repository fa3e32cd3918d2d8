"""W3C trace context: made at the edge, carried through every message, written in every log line."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_current: ContextVar[str] = ContextVar("traceparent", default="")


def started(traceparent: str | None = None) -> str:
    """A new traceparent, in the same trace as `traceparent`. Without a well-formed `traceparent`, in a new trace."""
    match = _FORM.fullmatch(traceparent or "")
    trace = match.group(1) if match and set(match.group(1)) != {"0"} else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def trace_id(traceparent: str) -> str:
    """The trace's id of 32 hex digits; an empty text for a malformed traceparent."""
    match = _FORM.fullmatch(traceparent)
    return match.group(1) if match else ""


def current() -> str:
    """The traceparent of the current request, delivery or job; an empty text outside of these."""
    return _current.get()


@contextmanager
def following(traceparent: str) -> Iterator[str]:
    """Run the block as part of the given trace; yields the block's own traceparent."""
    token = _current.set(started(traceparent))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
