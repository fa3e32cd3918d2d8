"""`hotelmate events`: the bus as it is, event by event."""

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
from contracts.catalogue import OWNERS, events
from contracts.message import Envelope
from hotelmate.impersonal import attributes, booking_of, facts, line, name_of
from hotelmate.surroundings import look_around
from hotelmate.trouble import Trouble

GLANCE = 0.5  # seconds between tries to find a broker that has gone
MOST = 10_000  # events that may wait for a slow terminal; then the oldest are left out

cli = typer.Typer(no_args_is_help=True, help="Events on the bus.")


@dataclass(frozen=True)
class Wanted:
    """Which events are to be seen; what is empty lets all pass."""

    booking: str = ""
    hotel: str = ""
    names: frozenset[str] = frozenset()

    def __call__(self, envelope: Envelope) -> bool:
        """Whether this is one of them."""
        return (
            (not self.booking or booking_of(envelope) == self.booking)
            and (not self.hotel or envelope.hotel == self.hotel)
            and (not self.names or name_of(envelope) in self.names)
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
    """Follow the bus: every event that is published from now on, as it passes.

    Takes nothing from anybody: a queue of its own, which goes with it. Where the broker goes away it waits and follows
    on. Shows numbers, moments, statuses and ids, and nothing that a person is or wrote.
    """
    known = {name.split(".")[1] for name in events()}
    if strange := sorted(set(event or ()) - known):
        raise Trouble(f"There is no event {strange[0]}.", details=[f"there are: {', '.join(sorted(known))}"])
    wanted = Wanted(booking.upper(), hotel, frozenset(event or ()))
    try:
        _follow(look_around().amqp_url, wanted, _as_json if as_json else line, count)
    except KeyboardInterrupt:
        return
    except BrokenPipeError:  # whoever read this has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _follow(amqp_url: str, wanted: Wanted, shown: Callable[[Envelope], str], count: int) -> None:
    seen, connection = 0, _connected(amqp_url)
    try:
        while True:
            try:
                for envelope in _passing(connection):
                    if not wanted(envelope):
                        continue
                    print(shown(envelope), flush=True)  # noqa: T201
                    seen += 1
                    if seen == count:
                        return
            except pika.exceptions.AMQPError as problem:
                _aside(f"The broker has gone ({type(problem).__name__}); what passes until it is back is not seen.")
                connection = _again(amqp_url)
    finally:
        if connection.is_open:
            connection.close()


def _connected(amqp_url: str) -> pika.BlockingConnection:
    return pika.BlockingConnection(parameters.parameters(amqp_url, "hotelmate-events"))


def _again(amqp_url: str) -> pika.BlockingConnection:
    while True:
        try:
            return _connected(amqp_url)
        except (pika.exceptions.AMQPError, OSError):
            time.sleep(GLANCE)


def _passing(connection: pika.BlockingConnection) -> Iterator[Envelope]:
    """Every event from now on, from a queue that nobody else sees and that ends with the connection."""
    channel = connection.channel()
    topology.declare(channel)
    queue = channel.queue_declare("", exclusive=True, auto_delete=True, arguments={"x-max-length": MOST}).method.queue
    for owner in OWNERS:
        channel.queue_bind(queue, topology.exchange(owner), f"{owner}.#")
    _aside("Listening; Ctrl-C ends.")
    for _, _, body in channel.consume(queue, auto_ack=True, exclusive=True):
        try:
            yield event_protocol.read_envelope(body)
        except ValueError:
            _aside("Something passed that is no event.")


def _as_json(envelope: Envelope) -> str:
    return json.dumps(attributes(envelope) | {"facts": facts(envelope)})


def _aside(text: str) -> None:
    """Beside what is being followed, so that it can be piped on."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201
