"""Structured logs: one line with the event name, its fields, the service and the trace."""

import logging
import re
import sys
from io import StringIO
from typing import Any, TextIO

import structlog

from chassis.observability import trace

# What PostgreSQL adds to an error: the row that it refuses, or the key that was there already.
_ROWS = re.compile(r"(DETAIL|CONTEXT):.*?(?=\n\n\[SQL|\n\nThe above|\n\nDuring handling|\Z)", re.DOTALL)


def _without_rows(_: Any, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    texts = {name: _ROWS.sub("(row hidden)", value) for name, value in entry.items() if isinstance(value, str)}
    return {**entry, **texts}


def _plain_traceback(out: TextIO, problem: structlog.typing.ExcInfo) -> None:
    said = StringIO()
    structlog.dev.plain_traceback(said, problem)
    out.write(_ROWS.sub("(row hidden)", said.getvalue()))


def _add_trace(_: Any, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    traceparent = trace.current()
    if traceparent and not entry.get("trace_id"):
        entry["trace_id"] = trace.trace_id(traceparent)
    return entry


def configure(service: str, *, level: str = "INFO", fmt: str = "json") -> None:
    """Set up logging for this process; `fmt` is `json` for machines or `console` for people."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _add_trace,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    console = fmt == "console"
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(),
            pad_event_to=28,
            exception_formatter=_plain_traceback,  # the default one shows locals: names and tokens
        )
        if console
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    tidy: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not console:
        tidy.append(structlog.processors.format_exc_info)
    tidy.append(_without_rows)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*tidy, renderer]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("kombu", "amqp", "stripe", "urllib3", "alembic", "uvicorn.access", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for repeating in ("pika", "nameko"):  # they say at length what our own events say in a line
        logging.getLogger(repeating).setLevel(logging.CRITICAL)
    structlog.contextvars.bind_contextvars(service=service)
    structlog.get_logger().debug("logging_ready")


def logger(name: str) -> Any:
    """A logger whose first argument is a stable event name: `log.info("payment_captured", booking_id=…)`."""
    return structlog.stdlib.get_logger(name)
