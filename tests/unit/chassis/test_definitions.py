"""The broker's definitions: users without an administrator's rights, hashed passwords, and the topology."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from chassis.messaging import topology
from chassis.messaging.definitions import definitions, passwords_from_environment
from chassis.messaging.permissions import permissions
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

PASSWORDS = {user: f"the-secret-of-{user}" for user in topology.USERS}
VARIABLES = {f"{user.upper()}_AMQP_PASSWORD": password for user, password in PASSWORDS.items()}


def made(**shape: Any) -> dict[str, Any]:
    return definitions(topology.topology(**shape), PASSWORDS, admin_password="root")


def test_only_the_administrator_is_one_and_no_password_is_readable() -> None:
    document = made()

    assert {user["name"]: user["tags"] for user in document["users"]} == {
        **dict.fromkeys(PASSWORDS, ""),
        "hotelmate": "administrator",
    }
    assert not any(password in json.dumps(document) for password in PASSWORDS.values())
    for user in document["users"][:-1]:
        digest = base64.b64decode(user["password_hash"])
        assert digest[4:] == hashlib.sha256(digest[:4] + PASSWORDS[user["name"]].encode()).digest()


def test_partitions_are_queues_of_the_inbox_with_equal_shares() -> None:
    document = made(partitions=3)

    shares = [binding for binding in document["bindings"] if binding["source"] == "rooms.inbox"]
    assert [(each["destination"], each["routing_key"]) for each in shares] == [
        (f"rooms.inbox.{number}", "1") for number in range(3)
    ]
    queues = {queue["name"]: queue["arguments"] for queue in document["queues"]}
    assert all(queues[f"rooms.inbox.{number}"]["x-single-active-consumer"] for number in range(3))


def test_without_the_hash_exchange_an_inbox_has_one_partition() -> None:
    document = made(partitions=3, hashed=False)

    assert {each["type"] for each in document["exchanges"]} == {"topic", "direct", "fanout"}
    assert [queue["name"] for queue in document["queues"] if re.fullmatch(r"rooms\.inbox\.\d", queue["name"])] == [
        "rooms.inbox.0"
    ]
    assert topology.HASHED not in {each["name"] for each in document["exchanges"]}


def test_no_event_passes_an_inbox_while_the_bindings_are_made() -> None:
    kinds = [binding["destination_type"] for binding in made()["bindings"]]

    assert kinds == sorted(kinds, reverse=True)  # queue before exchange


def test_nobody_writes_an_inbox_or_the_default_exchange() -> None:
    for user in topology.USERS:
        write = re.compile(permissions(user).write)
        assert not write.match("")
        assert not write.match("amq.default")
        assert not any(write.match(topology.inbox(service)) for service in SUBSCRIPTIONS)


def test_a_user_makes_only_queues_of_its_own_name() -> None:
    assert {permissions(user).configure for user in topology.USERS} == {
        rf"^((reply|asks)\.{user}\..*)$" for user in topology.USERS
    }
    assert re.match(permissions("rooms").configure, topology.asks_queue("rooms"))
    assert not re.match(permissions("rooms").configure, topology.asks_queue("bookings"))


def test_every_queue_of_events_is_a_quorum_queue_that_drops_nothing() -> None:
    for queue in topology.topology(partitions=2).queues:
        assert queue.arguments["x-queue-type"] == "quorum"
        assert queue.arguments["x-overflow"] == "reject-publish"


def test_a_delayed_event_returns_into_its_own_inbox_only() -> None:
    queues = {queue.name: queue.arguments for queue in topology.topology().queues}

    for service in OWNERS:
        for milliseconds in topology.DELAYS_MS:
            arguments = queues[topology.delay(service, milliseconds)]
            assert (arguments["x-dead-letter-exchange"], arguments["x-message-ttl"]) == (
                f"{service}.inbox",
                milliseconds,
            )


def test_the_user_of_a_reply_queue_is_in_its_name() -> None:
    assert topology.asker_of(topology.reply_queue("gateway")) == "gateway"
    assert topology.asker_of("asks.gateway.1") == ""
    assert topology.asker_of("") == ""


def test_a_missing_password_is_named_and_a_weak_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTELMATE_MODE", "production")
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    assert passwords_from_environment() == PASSWORDS

    monkeypatch.setenv("ROOMS_AMQP_PASSWORD", "guest")
    with pytest.raises(SystemExit, match="ROOMS_AMQP_PASSWORD is a default"):
        passwords_from_environment()
    monkeypatch.delenv("ROOMS_AMQP_PASSWORD")
    with pytest.raises(SystemExit, match="not set: ROOMS_AMQP_PASSWORD"):
        passwords_from_environment()


@pytest.mark.slow
def test_the_program_writes_the_definitions_and_its_help_names_the_variables() -> None:
    command = [sys.executable, "-m", "chassis.messaging.definitions"]
    environment = {**os.environ, **VARIABLES, "INBOX_PARTITIONS": "2"}

    written = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    manual = subprocess.run([*command, "--help"], env=environment, capture_output=True, text=True, check=True)

    assert "rooms.inbox.1" in {queue["name"] for queue in json.loads(written.stdout)["queues"]}
    assert "OPERATOR_AMQP_PASSWORD" in manual.stdout
