"""The stand-in's socket, spoken to word by word."""

import json
import time
from collections.abc import Iterator
from typing import Any, Self

import pusher
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sandbox.pusher.signing import sign
from sandbox.pusher.stand_in import PusherStandIn

pytestmark = pytest.mark.timeout(20)
PATIENCE = 5.0


class Client:
    """A socket that says and hears frames."""

    def __init__(self, url: str) -> None:
        self._connecting = connect(url, proxy=None)
        self._socket = self._connecting.__enter__()
        self.hello = self.hear()
        self.socket_id: str = json.loads(self.hello["data"]).get("socket_id", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connecting.__exit__(None, None, None)

    def say(self, event: str, data: object, **fields: object) -> None:
        self.say_text(json.dumps({"event": event, "data": data} | fields))

    def say_text(self, text: str) -> None:
        self._socket.send(text)

    def hear(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE))
        return frame

    def hear_until_pong(self) -> list[dict[str, Any]]:
        """Everything that came before the answer to a ping: all that was ever going to come."""
        self.say("pusher:ping", {})
        frames = []
        while (frame := self.hear())["event"] != "pusher:pong":
            frames.append(frame)
        return frames

    def subscribe(self, channel: str, **auth: str) -> dict[str, Any]:
        self.say("pusher:subscribe", {"channel": channel} | auth)
        return self.hear()

    def close_code(self) -> int:
        """How the other side closes, whatever it says before."""
        try:
            while True:
                self.hear()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


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


@pytest.fixture
def library(stand_in: PusherStandIn) -> pusher.Pusher:
    return pusher.Pusher("1", "key", "secret", ssl=False, host=stand_in.host, port=stand_in.port)


def refusal(url: str) -> tuple[int, int]:
    """The error code and the close code a socket is turned away with."""
    with connect(url, proxy=None) as socket:
        error = json.loads(socket.recv(timeout=PATIENCE))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=PATIENCE)
    assert error["event"] == "pusher:error"
    assert closed.value.rcvd is not None
    return error["data"]["code"], closed.value.rcvd.code


def join(client: Client, library: pusher.Pusher, channel: str, user_id: str) -> dict[str, Any]:
    who = {"user_id": user_id, "user_info": {"name": user_id.title()}}
    return client.subscribe(channel, **library.authenticate(channel, client.socket_id, who))


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


def test_a_private_channel_opens_with_the_library_signature(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        auth = library.authenticate("private-a", client.socket_id)

        assert client.subscribe("private-a", **auth) == {
            "event": "pusher_internal:subscription_succeeded",
            "data": "{}",
            "channel": "private-a",
        }


@pytest.mark.parametrize("signed_for", ["private-b", "nothing"])
def test_a_private_channel_stays_shut_without_its_own_signature(
    stand_in: PusherStandIn, library: pusher.Pusher, signed_for: str
) -> None:
    with Client(stand_in.ws_url) as client:
        signed = signed_for != "nothing"
        auth = library.authenticate(signed_for, client.socket_id) if signed else {}

        error = client.subscribe("private-a", **auth)

        assert (error["event"], error["data"]["code"]) == ("pusher:error", 4009)
        library.trigger("private-a", "secret", {})
        assert client.hear_until_pong() == []


def test_a_signature_for_another_socket_is_refused(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        auth = library.authenticate("private-a", "1.1")

        assert client.subscribe("private-a", **auth)["data"]["code"] == 4009


def test_after_unsubscribing_nothing_more_is_heard(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.subscribe("a")
        library.trigger("a", "first", {})
        frames = client.hear_until_pong()

        client.say("pusher:unsubscribe", {"channel": "a"})
        client.hear_until_pong()
        library.trigger("a", "second", {})

        assert [frame["event"] for frame in frames] == ["first"]
        assert client.hear_until_pong() == []


def test_nonsense_is_complained_about_and_the_socket_stays(stand_in: PusherStandIn) -> None:
    with Client(stand_in.ws_url) as client:
        client.say_text("{")
        assert client.hear()["event"] == "pusher:error"
        assert client.subscribe("a")["event"] == "pusher_internal:subscription_succeeded"
        assert client.subscribe("a")["event"] == "pusher:error"
        assert client.subscribe("no spaces")["event"] == "pusher:error"


def test_a_member_is_added_once_and_removed_with_the_last_socket(
    stand_in: PusherStandIn, library: pusher.Pusher
) -> None:
    room = "presence-room"
    with Client(stand_in.ws_url) as ann:
        welcome = json.loads(join(ann, library, room, "ann")["data"])["presence"]
        assert welcome == {"ids": ["ann"], "hash": {"ann": {"name": "Ann"}}, "count": 1}

        with Client(stand_in.ws_url) as bob:
            join(bob, library, room, "bob")
            with Client(stand_in.ws_url) as bob_again:
                presence = json.loads(join(bob_again, library, room, "bob")["data"])["presence"]
                assert (presence["ids"], presence["count"]) == (["ann", "bob"], 2)
                added = ann.hear_until_pong()
                bob_again.say("pusher:unsubscribe", {"channel": room})
                bob_again.hear_until_pong()
                still = ann.hear_until_pong()
        removed = ann.hear()

    assert [(each["event"], json.loads(each["data"])) for each in added] == [
        ("pusher_internal:member_added", {"user_id": "bob", "user_info": {"name": "Bob"}})
    ]
    assert still == []
    assert removed["event"] == "pusher_internal:member_removed"
    assert json.loads(removed["data"]) == {"user_id": "bob"}


def test_a_client_event_reaches_the_others_with_the_speaker(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    room = "presence-room"
    with Client(stand_in.ws_url) as ann, Client(stand_in.ws_url) as bob:
        join(ann, library, room, "ann")
        join(bob, library, room, "bob")
        ann.hear_until_pong()

        bob.say("client-typing", {"on": True}, channel=room)

        assert ann.hear() == {
            "event": "client-typing",
            "data": {"on": True},
            "channel": room,
            "user_id": "bob",
        }
        assert bob.hear_until_pong() == []


@pytest.mark.parametrize("channel", ["public", "private-encrypted-a"])
def test_a_client_event_elsewhere_is_rejected(stand_in: PusherStandIn, channel: str) -> None:
    with Client(stand_in.ws_url) as client:
        auth = {"auth": f"key:{sign('secret', f'{client.socket_id}:{channel}')}"}
        client.subscribe(channel, **auth)

        client.say("client-typing", {}, channel=channel)

        assert client.hear()["data"]["code"] == 4301
        assert stand_in.events(channel=channel) == []


def test_the_eleventh_client_event_in_a_second_is_rejected(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.subscribe("private-a", **library.authenticate("private-a", client.socket_id))

        for number in range(11):
            client.say("client-typing", number, channel="private-a")

        assert [frame["data"]["code"] for frame in client.hear_until_pong()] == [4301]
        assert len(stand_in.events(event="client-typing")) == 10


def terminate(library: pusher.Pusher, user_id: str) -> None:
    """As the provider documents it."""
    client = library._pusher_client
    path = f"/apps/{client.app_id}/users/{user_id}/terminate_connections"
    client.http.send_request(pusher.http.Request(client, pusher.http.POST, path, {}))


def test_a_signed_in_user_gets_their_own_events_and_can_be_terminated(
    stand_in: PusherStandIn, library: pusher.Pusher
) -> None:
    with Client(stand_in.ws_url) as ann, Client(stand_in.ws_url) as bob:
        for client, user_id in ((ann, "ann"), (bob, "bob")):
            client.say("pusher:signin", library.authenticate_user(client.socket_id, {"id": user_id}))
            assert client.hear()["event"] == "pusher:signin_success"
            client.subscribe(f"#server-to-user-{user_id}")

        library.trigger("#server-to-user-ann", "hello", {})
        with pytest.raises(pusher.errors.PusherBadStatus, match="404"):
            library.terminate_user_connections("ann")  # 3.3.4 leaves the application out of this one path
        terminate(library, "ann")

        assert ann.hear()["event"] == "hello"
        assert ann.close_code() == 4009
        assert bob.hear_until_pong() == []


def test_nobody_hears_another_users_events(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.say("pusher:signin", library.authenticate_user(client.socket_id, {"id": "bob"}))
        client.hear()

        assert client.subscribe("#server-to-user-ann")["data"]["code"] == 4009


def test_a_forged_sign_in_is_closed(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        forged = library.authenticate_user(client.socket_id, {"id": "bob"})
        client.say("pusher:signin", forged | {"user_data": '{"id": "ann"}'})

        assert client.close_code() == 4009


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
