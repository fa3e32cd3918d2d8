"""The wire format of events: a CloudEvents envelope as JSON, and the headers of a delivery that is retried."""

import time

import msgspec
import pika

from chassis import codec
from contracts.message import Envelope

SUBJECT = "subject"
ATTEMPT, ERROR, FIRST_FAILED, EARLY_SINCE = "x-attempt", "x-error", "x-first-failed-at", "x-early-since"

_envelopes = msgspec.json.Decoder(Envelope)


def event_properties(envelope: Envelope) -> pika.BasicProperties:
    """Persistent message properties, with the event's id as the message id. Inboxes are partitioned by `subject`."""
    return pika.BasicProperties(
        content_type="application/cloudevents+json",
        delivery_mode=2,
        message_id=envelope.id,
        type=envelope.type,
        timestamp=int(time.time()),
        headers={"traceparent": envelope.traceparent, SUBJECT: envelope.subject},
    )


def read_envelope(body: bytes) -> Envelope:
    """Decode an event. Raises `ValueError` for a body that is not an envelope, or nested too deep."""
    codec.require_shallow(body)
    return _envelopes.decode(body)
