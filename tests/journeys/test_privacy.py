"""Private texts of guests and staff stand in no channel, event, queue or log."""

from dataclasses import replace
from uuid import uuid4

import pika
import pytest
from pusher import Pusher

from chassis import codec
from chassis.messaging import event_protocol, topology
from chassis.messaging.acknowledgement import MAX_ATTEMPTS
from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually
from sandbox.stack.stack import Stack
from tests.journeys.faulty_stay import FaultyStay, collect_outputs, leaks
from tests.journeys.signing import signed_properties

LEAK = "planted-leak"


@pytest.fixture(scope="module")
def places(stack: Stack, faulty_stay: FaultyStay) -> dict[str, str]:
    return collect_outputs(stack, faulty_stay)


def test_every_searched_place_contains_the_stay(places: dict[str, str], faulty_stay: FaultyStay) -> None:
    named = {place for place, text in places.items() if faulty_stay.booked.id in text}

    assert named >= {"channels", "events", "notices", "bookings's outbox", "payments's outbox", "notifier's jobs"}
    assert "payments's log" in named
    assert all(places[f"{name}'s log"] for name in (*OWNERS, "relay", "gateway", "postgres", "rabbit"))
    assert "planted" in places["bookings's log"], "the constraint that refused a row is named, the row is not"


def test_nothing_private_is_in_any_channel_event_queue_or_log(places: dict[str, str], faulty_stay: FaultyStay) -> None:
    assert all(faulty_stay.planted.values())
    assert leaks(places, faulty_stay.planted) == []


def test_no_row_that_a_database_refused_is_in_a_log(places: dict[str, str]) -> None:
    assert [place for place, text in places.items() if "Failing row contains" in text] == []


def test_a_planted_private_text_is_found_in_every_place(
    stack: Stack, demo: DemoContext, faulty_stay: FaultyStay
) -> None:
    fact = replace(faulty_stay.facts()[0], id=str(uuid4()), subject="BK-2026-LEAK99", sequence=1)
    leaking = replace(fact, data={**fact.data, "by": LEAK})  # which nobody can read, so that it is parked
    account = stack.stack_json["pusher"]
    provider = Pusher(
        account["app_id"], account["key"], account["secret"], ssl=False, host=account["host"], port=account["port"]
    )
    with pika.BlockingConnection(pika.URLParameters(stack.rabbit.amqp_url)) as connection:
        channel = connection.channel()
        properties = signed_properties(stack, leaking)
        properties.headers[event_protocol.ATTEMPT] = MAX_ATTEMPTS - 1
        channel.basic_publish(topology.exchange("bookings"), fact.type, codec.encode(leaking), properties)
        provider.trigger("some-channel", "leak", {"guest": LEAK})
        places = eventually(
            "it is parked",
            lambda: {place for _, place in leaks(collect_outputs(stack, faulty_stay), {"leak": LEAK})},
            holds=lambda places: "dead letters" in places,
        )
        for service in SUBSCRIPTIONS:
            channel.queue_purge(topology.dead_letters(service))

    assert places == {"channels", "events", "dead letters"}
