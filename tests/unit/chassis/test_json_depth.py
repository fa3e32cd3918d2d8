"""JSON from outside is nested only so deep, wherever it is read."""

import json
import sys
import time

import pika
import pytest

from chassis import codec
from chassis.codec import MAX_DEPTH
from chassis.messaging import event_protocol
from chassis.messaging.acknowledgement import EventDelivery
from chassis.messaging.keys import Keyring


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize("raw", [nested(MAX_DEPTH), b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, nested(MAX_DEPTH).decode()])
def test_json_of_the_greatest_depth_is_read(raw: bytes | str) -> None:
    assert codec.decode(raw)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 300, 3_000, 100_000])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deeper_json_is_a_value_error(opening: bytes, depth: int) -> None:
    closing = b"]" if opening == b"[" else b"}"

    for raw in (opening * depth, opening * depth + b"1" + closing * depth):
        with pytest.raises(ValueError, match="nested deeper"):
            codec.decode(raw)
        with pytest.raises(ValueError, match="nested deeper"):
            codec.decode(raw.decode())


def test_without_the_bound_deep_json_is_no_value_error() -> None:
    with pytest.raises(RecursionError):
        json.loads(nested(3 * sys.getrecursionlimit()))


@pytest.mark.parametrize(
    "value",
    [[[]] * 5_000, [{"a": []}] * 500, "[" * 5_000, {"[{" * 40: ['"[', "\\[", '\\"[[']}, ["\\", "[", '"', "{"] * 100],
    ids=["wide", "wide objects", "text", "texts", "escapes"],
)
def test_what_is_wide_or_in_texts_is_not_deep(value: object) -> None:
    assert codec.decode(json.dumps(value)) == value


@pytest.mark.parametrize(
    "raw", [b"[]" * 32_000, b"[" * 64_000, b'"\\"' * 21_000, b'"' + b'\\"' * 32_000, b"\\" * 64_000]
)
def test_the_depth_of_a_hostile_body_is_known_at_once(raw: bytes) -> None:
    began = time.process_time()
    with pytest.raises(ValueError):  # noqa: PT011 — which of the two reasons is of no interest
        codec.decode(raw)

    assert time.process_time() - began < 1


def test_a_deep_event_is_parked_as_unreadable() -> None:
    envelope = b'{"id":"1","source":"bookings","type":"t","subject":"s","time":"2026-07-01T12:00:00Z","sequence":1,'
    body = envelope + b'"hotel":"h","dataschema":"","data":' + nested(3_000) + b"}"

    with pytest.raises(ValueError, match="nested deeper"):
        event_protocol.read_envelope(body)
    assert EventDelivery.received(1, pika.BasicProperties(), body, Keyring("rooms")).envelope is None
    shallow = body.replace(nested(3_000), nested(3))
    assert event_protocol.read_envelope(shallow).data == {"a": {"a": {"a": 1}}}
