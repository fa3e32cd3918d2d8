"""Converts plain data to JSON and back, guided by the types that the contracts declare."""

import re
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

MAX_DEPTH = 64  # arrays and objects inside each other
_MARKS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)  # a whole text, or a bracket
_encoder = msgspec.json.Encoder(decimal_format="string")


def encode(value: Any) -> bytes:
    """The JSON of any contract value: instants in UTC with `Z`, decimals as strings."""
    return _encoder.encode(value)


def decode(raw: bytes | str) -> Any:
    """Parse JSON into plain data. Raises `ValueError` for text that is not JSON, or nested deeper than `MAX_DEPTH`."""
    require_shallow(raw)
    return msgspec.json.decode(raw)


def require_shallow(raw: bytes | str) -> None:
    """Raise `ValueError` for JSON that is nested deeper than `MAX_DEPTH`."""
    content = raw.encode() if isinstance(raw, str) else raw
    if content.count(b"[") + content.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for mark in _MARKS.finditer(content):
        match content[mark.start()]:
            case 0x5B | 0x7B:  # [ {
                depth += 1
                if depth > MAX_DEPTH:
                    raise ValueError(f"the JSON is nested deeper than {MAX_DEPTH}")
            case 0x5D | 0x7D:  # ] }
                depth -= 1


def plain(value: Any) -> Any:
    """The value as JSON-able Python data."""
    return msgspec.to_builtins(value, builtin_types=())


def typed(data: Any, kind: type[T]) -> T:
    """Convert plain data to the declared type, ignoring unknown fields. Raises `ValueError` that names the mismatch."""
    return msgspec.convert(data, kind, strict=False)
