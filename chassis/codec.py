"""Converts plain data to JSON and back, guided by the types that the contracts declare."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder(decimal_format="string")


def encode(value: Any) -> bytes:
    """The JSON of any contract value: instants in UTC with `Z`, decimals as strings."""
    return _encoder.encode(value)


def decode(raw: bytes | str) -> Any:
    """Parse JSON into plain data. Raises `ValueError` for bytes that are not JSON."""
    return msgspec.json.decode(raw)


def plain(value: Any) -> Any:
    """The value as JSON-able Python data."""
    return msgspec.to_builtins(value, builtin_types=())


def typed(data: Any, kind: type[T]) -> T:
    """Convert plain data to the declared type, ignoring unknown fields. Raises `ValueError` that names the mismatch."""
    return msgspec.convert(data, kind, strict=False)
