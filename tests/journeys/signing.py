"""Events as the relay of a stack signs them."""

import pika

from chassis import codec
from chassis.messaging import event_protocol
from chassis.messaging.keys import Keyring, relay_keys
from chassis.messaging.signatures import SIGNATURES, sign_event
from contracts.message import Envelope
from sandbox.stack.stack import Stack


def signed_properties(stack: Stack, event: Envelope) -> pika.BasicProperties:
    """The properties of the event, signed as the event's owner."""
    properties = event_protocol.event_properties(event)
    keyring = Keyring(event.source, relay_keys(event.source, [stack.config.message_master_key]))
    properties.headers[SIGNATURES] = sign_event(keyring, event, codec.encode(event))
    return properties
