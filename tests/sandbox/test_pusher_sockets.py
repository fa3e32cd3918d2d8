"""Connections of the Pusher stand-in: greeting, limits, pings, refusals and disconnection."""

import json
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sandbox.pusher.stand_in import PusherStandIn
from tests.sandbox.pusher_client import PATIENCE, Client

pytestmark = pytest.mark.timeout(20)


@pytest.fixture(scope="module")
def running() -> Iterator[PusherStandIn]:
    with PusherStandIn.start() as stand_in:
        yield stand_in


@pytest.fixture
def stand_in(running: PusherStandIn) -> PusherStandIn:
    deadline = time.monotonic() + PATIENCE
    while running.disconnect():
        assert time.monotonic() < deadline, "sockets of the last test are still there"
    running.reset()
    return running


def refusal(url: str) -> tuple[int, int]:
    """The error code and the close code a socket is turned away with."""
    with connect(url, proxy=None) as socket:
        error = json.loads(socket.recv(timeout=PATIENCE))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=PATIENCE)
    assert error["event"] == "pusher:error"
    assert closed.value.rcvd is not None
    return error["data"]["code"], closed.value.rcvd.code


def test_the_greeting_is_a_json_string_with_a_socket_id(stand_in: PusherStandIn) -> None:
    with Client(stand_in.ws_url) as client:
        assert client.hello["event"] == "pusher:connection_established"
        assert isinstance(client.hello["data"], str)
        assert json.loads(client.hello["data"])["activity_timeout"] == 120
        whole, _, fraction = client.socket_id.partition(".")
        assert whole.isdigit()
        assert fraction.isdigit()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/app/other?protocol=7", 4001),
        ("/app/key", 4008),
        ("/app/key?protocol=3", 4007),
        ("/app/key?protocol=99", 4007),
    ],
)
def test_a_wrong_address_is_refused_with_its_code(stand_in: PusherStandIn, path: str, code: int) -> None:
    assert refusal(f"ws://{stand_in.host}:{stand_in.port}{path}") == (code, code)


def test_a_socket_over_the_limit_is_refused() -> None:
    with PusherStandIn.start(max_connections=1) as stand_in, Client(stand_in.ws_url):
        assert refusal(stand_in.ws_url) == (4004, 4004)


def test_a_silent_client_is_pinged_and_then_closed() -> None:
    stand_in = PusherStandIn.start(activity_timeout=0.05, pong_timeout=0.05)

    with stand_in, Client(stand_in.ws_url) as client:
        assert client.hear()["event"] == "pusher:ping"
        assert client.hear()["data"]["code"] == 4201
        assert client.close_code() == 4201


def test_a_client_that_answers_pings_stays() -> None:
    stand_in = PusherStandIn.start(activity_timeout=0.05, pong_timeout=PATIENCE)

    with stand_in, Client(stand_in.ws_url) as client:
        for _ in range(3):
            assert client.hear()["event"] == "pusher:ping"
            client.say("pusher:pong", {})


def test_a_nonsense_frame_is_answered_with_an_error_and_the_socket_stays(stand_in: PusherStandIn) -> None:
    with Client(stand_in.ws_url) as client:
        client.say_text("{")
        assert client.hear()["event"] == "pusher:error"
        assert client.subscribe("a")["event"] == "pusher_internal:subscription_succeeded"
        assert client.subscribe("a")["event"] == "pusher:error"
        assert client.subscribe("no spaces")["event"] == "pusher:error"


def test_refused_connections_get_503_or_the_code(stand_in: PusherStandIn) -> None:
    stand_in.refuse_connections()
    with pytest.raises(InvalidStatus) as refused, connect(stand_in.ws_url, proxy=None):
        pass
    assert refused.value.response.status_code == 503

    stand_in.refuse_connections(code=4100)
    assert refusal(stand_in.ws_url) == (4100, 4100)

    stand_in.refuse_connections(False)
    with Client(stand_in.ws_url) as client:
        assert client.socket_id


@pytest.mark.parametrize(("code", "close_code"), [(None, 1006), (4200, 4200)])
def test_disconnect_drops_every_socket(stand_in: PusherStandIn, code: int | None, close_code: int) -> None:
    with Client(stand_in.ws_url) as one, Client(stand_in.ws_url) as two:
        assert stand_in.disconnect(code=code) == 2

        assert (one.close_code(), two.close_code()) == (close_code, close_code)
