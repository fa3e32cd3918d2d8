"""What members of staff do is stored and published under the ids of their accounts, not under their names."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

import pika
import psycopg
import pytest

from chassis import codec
from chassis.messaging import topology
from contracts.catalogue import OWNERS
from sandbox.demo import walkthrough
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually
from sandbox.demo.seed import STAFF_POSITIONS, role_of
from sandbox.stack.stack import Stack
from tests.journeys.faulty_stay import FaultyStay, leaks, open_channel, read_queue, rows
from tests.journeys.signing import signed_properties

ACCOUNTS = "gateway's staff_account"  # where names and addresses are
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
BINARY = """
    SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bytea'
"""
KEYED = {"Idempotency-Key": "the-same-request"}
ACTORS = "SELECT DISTINCT by ->> 'id' FROM audit WHERE by ->> 'kind' = 'staff'"


@pytest.fixture(scope="module")
def people(stack: Stack, demo: DemoContext) -> dict[str, str]:
    """The name and the address of the account of each role, by role and kind."""
    addresses = {f"address of {role_of(each)}": demo.addresses.account(demo.hotel, role_of(each)).email
                 for each in STAFF_POSITIONS}  # fmt: skip
    return {f"name of {role_of(each)}": each.name for each in STAFF_POSITIONS} | addresses


@pytest.fixture(scope="module")
def worked(stack: Stack, demo: DemoContext, faulty_stay: FaultyStay) -> FaultyStay:
    """Every role has worked: a manager in a stay, the desk and housekeeping in another, the owner in a room."""
    today = demo.today()
    walkthrough.complete_stay(demo, today)
    walkthrough.declined_booking(demo, today)
    owner, manager, desk = demo.staff("superuser"), demo.staff("manager"), demo.staff_path
    owner.call("POST", f"{desk}/rooms/", status=201, body={"room_number": "T1", "room_type": "DBL"})
    manager.call("POST", f"{desk}/rooms/T1/mark-maintenance/", body={"notes": "The tap drips."})
    path = f"{faulty_stay.booked.staff_path}/communications/"
    call = {"communication_type": "PHONE", "message": "Called."}
    manager.call("POST", path, status=(200, 201, 202), body=call, headers=KEYED)
    owner.call("POST", f"{desk}/rooms/T1/complete-maintenance/", body={"notes": "Mended."})
    owner.call("DELETE", f"{desk}/rooms/T1/", status=(200, 204))
    return faulty_stay


def durable_places(stack: Stack, stay: FaultyStay) -> dict[str, str]:
    """Every table of every database, every event published, and what waits in delays and dead letters, by place."""
    stay.recorder.envelopes()
    places = {"events": str(stay.recorder.bodies)}
    databases: Mapping[str, str] = stack.stack_json["databases"]
    for name in (*OWNERS, "gateway"):
        with psycopg.connect(databases[name]) as connection:
            tables = [table for (table,) in connection.execute(TABLES)]
        places |= {f"{name}'s {table}": rows(databases[name], table) for table in tables}
    for service in OWNERS:
        queues = [topology.dead_letters(service), *(topology.delay(service, each) for each in topology.DELAYS_MS)]
        for queue in queues:
            with open_channel(stack.rabbit.amqp_url) as channel:
                places[queue] = str(read_queue(channel, queue, keep=True))
    return places


def test_every_role_has_changed_something(stack: Stack, worked: FaultyStay, people: dict[str, str]) -> None:
    actors = set[str]()
    for name in ("bookings", "rooms"):
        with psycopg.connect(stack.stack_json["databases"][name]) as connection:
            actors |= {actor for (actor,) in connection.execute(ACTORS)}
    with psycopg.connect(stack.stack_json["databases"]["gateway"]) as connection:
        accounts = connection.execute("SELECT id::text, email FROM staff_account").fetchall()

    working = {email for account, email in accounts if account in actors}
    assert {address for what, address in people.items() if what.startswith("address")} <= working


def test_no_name_or_address_of_staff_is_in_a_table_an_event_or_a_queue(
    stack: Stack, worked: FaultyStay, people: dict[str, str]
) -> None:
    places = durable_places(stack, worked)

    assert {place for _, place in leaks(places, people)} == {ACCOUNTS}
    assert {what for what, place in leaks(places, people) if place == ACCOUNTS} == people.keys()
    with psycopg.connect(stack.stack_json["databases"]["bookings"]) as connection:
        accounts = [account for (account,) in connection.execute(ACTORS)]
    stored = places["bookings's idempotency"]
    assert any(account in stored for account in accounts), "the stored reply to staff has the id of the account"


def test_only_hashes_are_binary_and_so_not_searched(stack: Stack) -> None:
    for name in (*OWNERS, "gateway"):
        with psycopg.connect(stack.stack_json["databases"][name]) as connection:
            binary = {table for (table,) in connection.execute(BINARY)}
        assert binary == ({"staff_token", "staff_device", "staff_throttle"} if name == "gateway" else set())


def test_a_name_in_one_event_is_found_in_every_place_that_the_event_reaches(
    stack: Stack, worked: FaultyStay, people: dict[str, str]
) -> None:
    event = replace(worked.facts()[0], id=str(uuid4()), subject="BK-2026-NAMED99", sequence=2)  # waits for the first
    named = replace(event, data={**event.data, "by": {"kind": "staff", "id": "7", "name": people["name of manager"]}})
    with pika.BlockingConnection(pika.URLParameters(stack.rabbit.amqp_url)) as connection:
        channel = connection.channel()
        properties = signed_properties(stack, named)
        channel.basic_publish(topology.exchange("bookings"), event.type, codec.encode(named), properties)
        eventually(
            "the name is found",
            lambda: {place for _, place in leaks(durable_places(stack, worked), people)} - {ACCOUNTS},
            holds=lambda places: "events" in places and any(".retry." in place for place in places),
        )
