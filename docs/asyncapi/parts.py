"""What every part of the AsyncAPI document is written with."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

SCHEMAS = "#/components/schemas/{name}"


def operation(action: str, channel: str, summary: str) -> Json:
    """One way of using a channel."""
    return {"action": action, "channel": {"$ref": pointer("channels", channel)}, "summary": summary}


def references(names: Iterable[str]) -> Json:
    """References to these messages."""
    return {name: {"$ref": pointer("components/messages", name)} for name in names}


def pointer(where: str, name: str) -> str:
    """A JSON pointer into the document."""
    return f"#/{where}/{name.replace('~', '~0').replace('/', '~1')}"


def summary(message: type[Any]) -> str:
    """The first paragraph of a message's own words."""
    return " ".join((message.__doc__ or "").split("\n\n")[0].split())
