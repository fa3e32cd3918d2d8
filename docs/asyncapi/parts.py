"""Helpers for all parts of the AsyncAPI document."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

SCHEMAS = "#/components/schemas/{name}"


def operation(action: str, channel: str, summary: str) -> Json:
    """The AsyncAPI operation `send` or `receive` on a channel."""
    return {"action": action, "channel": {"$ref": pointer("channels", channel)}, "summary": summary}


def references(names: Iterable[str]) -> Json:
    """References to the messages with these names, by name."""
    return {name: {"$ref": pointer("components/messages", name)} for name in names}


def pointer(where: str, name: str) -> str:
    """The JSON pointer to an entry of a section of the document."""
    return f"#/{where}/{name.replace('~', '~0').replace('/', '~1')}"


def summary(message: type[Any]) -> str:
    """The first paragraph of the message's docstring."""
    return " ".join((message.__doc__ or "").split("\n\n")[0].split())
