"""`hotelmate events`: prints events as they are published."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import pika
import pika.exceptions
import typer

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp import parameters
from chassis.refusal import Unavailable
from contracts.catalogue import OWNERS, events
from contracts.message import Envelope
from hotelmate.config import USER, ask_client, load_config
from hotelmate.errors import CommandError
from hotelmate.event_format import as_line, attributes, booking_id_of, event_name, public_fields
from hotelmate.existing import check_named

RECONNECT_EVERY = 0.5  # seconds
QUEUE_LENGTH = 10_000  # events that may wait for a slow terminal; beyond, the oldest are dropped

cli = typer.Typer(no_args_is_help=True, help="Follow the events that services publish.")


@dataclass(frozen=True)
class EventFilter:
    """Selects the events to print. An empty field matches every event."""

    booking: str = ""
    hotel: str = ""
    names: frozenset[str] = frozenset()

    def __call__(self, envelope: Envelope) -> bool:
        """Whether the event matches every field of the filter."""
        return (
            (not self.booking or booking_id_of(envelope) == self.booking)
            and (not self.hotel or envelope.hotel == self.hotel)
            and (not self.names or event_name(envelope.type) in self.names)
        )


@cli.command("tail")
def tail(
    *,
    booking: Annotated[str, typer.Option(metavar="ID", help="Only about this booking.")] = "",
    hotel: Annotated[str, typer.Option(metavar="SLUG", help="Only of this hotel.")] = "",
    event: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this one, as in BookingApproved; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line.")] = False,
    count: Annotated[int, typer.Option(min=0, metavar="N", help="End after N events; 0: follow until Ctrl-C.")] = 0,
) -> None:
    """Print every event that is published from now on.

    Reads from a temporary queue, so that no event is taken from a service. Reconnects when the connection to the
    broker is lost. Prints numbers, times, statuses and ids, and no person's name, address or words.
    """
    names = {name.split(".")[1] for name in events()}
    if unknown := sorted(set(event or ()) - names):
        raise CommandError(f"There is no event {unknown[0]}.", details=[f"there are: {', '.join(sorted(names))}"])
    event_filter = EventFilter(booking.upper(), hotel, frozenset(event or ()))
    if hotel or booking:
        _check(hotel=hotel, booking=booking.upper())
    try:
        _follow(load_config().amqp_url, event_filter, _as_json if as_json else as_line, count)
    except KeyboardInterrupt:
        return
    except BrokenPipeError:  # the reader has ended, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check(*, hotel: str, booking: str) -> None:
    """Check that hotel and booking exist. During an outage of their services, the events are printed unchecked."""
    with ask_client(load_config()) as client:
        try:
            check_named(client, hotel=hotel, booking=booking)
        except Unavailable:
            _note(f"Whether {booking or hotel} exists is not known: the service does not answer.")


def _follow(amqp_url: str, matches: EventFilter, text_of: Callable[[Envelope], str], count: int) -> None:
    printed, connection = 0, _connect(amqp_url)
    try:
        while True:
            try:
                for envelope in _events(connection):
                    if not matches(envelope):
                        continue
                    print(text_of(envelope), flush=True)  # noqa: T201
                    printed += 1
                    if printed == count:
                        return
            except pika.exceptions.AMQPError as problem:
                _note(f"The broker is down ({type(problem).__name__}); events until it is back are not printed.")
                connection = _reconnect(amqp_url)
    finally:
        if connection.is_open:
            connection.close()


def _connect(amqp_url: str) -> pika.BlockingConnection:
    return pika.BlockingConnection(parameters.parameters(amqp_url, "hotelmate-events"))


def _reconnect(amqp_url: str) -> pika.BlockingConnection:
    while True:
        try:
            return _connect(amqp_url)
        except (pika.exceptions.AMQPError, OSError):
            time.sleep(RECONNECT_EVERY)


def _events(connection: pika.BlockingConnection) -> Iterator[Envelope]:
    """Every event from now on, read from a temporary queue that is deleted with the connection."""
    channel = connection.channel()
    queue, arguments = topology.reply_queue(USER), {"x-max-length": QUEUE_LENGTH}
    channel.queue_declare(queue, exclusive=True, auto_delete=True, arguments=arguments)
    for owner in OWNERS:
        channel.queue_bind(queue, topology.exchange(owner), f"{owner}.#")
    _note("Listening; Ctrl-C ends.")
    for _, _, body in channel.consume(queue, auto_ack=True, exclusive=True):
        try:
            yield event_protocol.read_envelope(body)
        except ValueError:
            _note("A message is no event.")


def _as_json(envelope: Envelope) -> str:
    return json.dumps(attributes(envelope) | {"facts": public_fields(envelope)})


def _note(text: str) -> None:
    """Print to standard error, so that the events can be piped."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201
