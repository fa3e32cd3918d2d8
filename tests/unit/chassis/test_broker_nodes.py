"""Which nodes of the broker a process tries, in which order, and how long each may take to answer."""

import os
import subprocess
import sys

import pytest

from chassis import time_limits
from chassis.messaging.amqp import nodes
from chassis.messaging.amqp.nodes import in_turn, node_urls
from chassis.messaging.amqp.parameters import ConnectionAttempts, parameters

ONE, TWO, THREE = (f"amqp://rooms:secret@{host}:5672/%2F" for host in ("one", "two", "three"))
SEVERAL = "amqp://rooms:secret@one:5672,two:5672,three:5672/%2F"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (ONE, [ONE]),
        (SEVERAL, [ONE, TWO, THREE]),
        ("amqp://rooms:secret@one:5672, two:5672/%2F", [ONE, TWO]),
        (f"{ONE},{TWO}", [ONE, TWO]),
        (f"{ONE}; {TWO}", [ONE, TWO]),
        (f"amqp://rooms:secret@one:5672,two:5672/%2F,{THREE}", [ONE, TWO, THREE]),
        ("amqps://a%2Cb:c%3Bd@one,two:5671/%2F?x=1", [f"amqps://a%2Cb:c%3Bd@{x}/%2F?x=1" for x in ("one", "two:5671")]),
        ("amqp://[::1]:5672,[::2]/", ["amqp://[::1]:5672/", "amqp://[::2]/"]),
        ("https://admin:secret@one:1,two:2", ["https://admin:secret@one:1", "https://admin:secret@two:2"]),
    ],
)  # fmt: skip
def test_a_url_names_one_node_or_several(url: str, expected: list[str]) -> None:
    assert node_urls(url) == expected


@pytest.mark.parametrize(
    ("beginning", "expected"), [(0.0, [ONE, TWO, THREE]), (0.5, [TWO, THREE, ONE]), (0.99, [THREE, ONE, TWO])]
)
def test_a_process_begins_with_any_node_and_tries_all(
    monkeypatch: pytest.MonkeyPatch, beginning: float, expected: list[str]
) -> None:
    monkeypatch.setattr(nodes, "_BEGINNING", beginning)

    assert in_turn(SEVERAL) == expected


def test_processes_begin_with_different_nodes() -> None:
    many = f"amqp://{','.join(f'node-{number}' for number in range(10_000))}/"
    program = f"from chassis.messaging.amqp.nodes import in_turn; print(in_turn('{many}')[0])"

    first = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, env=os.environ, check=True).stdout
        for _ in range(2)
    }

    assert len(first) == 2


def test_every_node_gets_the_user_the_password_and_the_limits() -> None:
    of_all = parameters(SEVERAL, "rooms-asks")

    assert {each.host for each in of_all} == {"one", "two", "three"}
    assert {(each.credentials.username, each.credentials.password) for each in of_all} == {("rooms", "secret")}
    assert {each.heartbeat for each in of_all} == {time_limits.HEARTBEAT_OF_COMMANDS}
    assert all(each.tcp_options for each in of_all)


def test_after_a_node_that_fails_comes_the_next_one_which_has_less_time_while_others_are_left() -> None:
    attempts = ConnectionAttempts(SEVERAL, "rooms-asks")

    tried = [(node.host, node.stack_timeout) for node in (attempts.parameters() for _ in range(6))]

    short, long = time_limits.BROKER_ANSWER_OF_ONE_OF_SEVERAL, time_limits.BROKER_ANSWER
    assert {host for host, _ in tried[:3]} == {"one", "two", "three"}
    assert [host for host, _ in tried[:3]] == [host for host, _ in tried[3:]]
    assert [within for _, within in tried] == [short, short, long, long, long, long]


def test_a_connection_that_was_lost_is_opened_at_another_node_and_the_attempts_count_anew() -> None:
    attempts = ConnectionAttempts(SEVERAL, "rooms-asks")
    lost = [attempts.parameters() for _ in range(4)][-1]
    attempts.succeeded()

    following = attempts.parameters()

    assert following.host != lost.host
    assert following.stack_timeout == time_limits.BROKER_ANSWER_OF_ONE_OF_SEVERAL


def test_a_single_node_has_all_the_time() -> None:
    attempts = ConnectionAttempts(ONE, "rooms-asks")

    assert [attempts.parameters().stack_timeout for _ in range(2)] == [time_limits.BROKER_ANSWER] * 2


@pytest.mark.parametrize(
    ("url", "pauses"), [(ONE, [0.2, 0.2, 0.4, 0.8, 1.0, 1.0]), (SEVERAL, [0.05, 0.05, 0.05, 0.2, 0.4, 0.8])]
)
def test_another_node_is_tried_at_once_and_the_pauses_grow_after_all_have_failed(url: str, pauses: list[float]) -> None:
    attempts = ConnectionAttempts(url, "rooms-asks")
    after: list[float] = []
    for _ in pauses:
        after.append(attempts.pause)
        attempts.parameters()

    assert after == pauses
