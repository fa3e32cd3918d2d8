"""The stand-in's HTTP API, through the official Python library and with hand-made requests."""

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pusher
import pytest
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus

from sandbox.pusher.signing import sign
from sandbox.pusher.stand_in import PusherStandIn
from tests.sandbox.pusher_client import Client, join, library_of

pytestmark = pytest.mark.timeout(20)


@pytest.fixture(scope="module")
def running() -> Iterator[PusherStandIn]:
    with PusherStandIn.start(app_id="7", key="key", secret="secret") as stand_in:
        yield stand_in


@pytest.fixture
def stand_in(running: PusherStandIn) -> PusherStandIn:
    running.reset()
    return running


def signed(
    stand_in: PusherStandIn,
    body: dict[str, Any],
    *,
    path: str = "/apps/7/events",
    secret: str = "secret",
    **query: str,
) -> httpx.Response:
    """A request signed by hand, with any part of the signed query replaced."""
    content = json.dumps(body).encode()
    fields = {
        "auth_key": "key",
        "auth_timestamp": str(int(time.time())),
        "auth_version": "1.0",
        "body_md5": hashlib.md5(content).hexdigest(),
    } | query
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
    fields["auth_signature"] = sign(secret, f"POST\n{path}\n{text}")
    fields = {name: value for name, value in fields.items() if value}
    with httpx.Client(trust_env=False) as http:
        return http.post(stand_in.http_url + path, params=fields, content=content)


def an_event(**overrides: object) -> dict[str, Any]:
    return {"name": "hello", "channels": ["a"], "data": "{}"} | overrides


def test_a_trigger_reaches_subscribers_and_is_remembered(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.subscribe("a")

        assert library.trigger(["a", "b"], "hello", {"room": "Zürich"}) == {}

        frame = client.hear()
        assert (frame["event"], frame["channel"]) == ("hello", "a")
        assert json.loads(frame["data"]) == {"room": "Zürich"}
        assert [(each["channel"], each["data"]) for each in stand_in.events(event="hello")] == [
            ("a", {"room": "Zürich"}),
            ("b", {"room": "Zürich"}),
        ]
        deliveries = stand_in.deliveries(event="hello")
        assert [each["socket_id"] for each in deliveries] == [client.socket_id]


def test_a_batch_keeps_its_order(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.subscribe("a")

        library.trigger_batch([{"channel": "a", "name": f"e{number}", "data": {}} for number in range(10)])

        events = [client.hear()["event"] for _ in range(10)]
        assert events == [f"e{number}" for number in range(10)]


def test_the_excepted_socket_gets_no_event(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as sender, Client(stand_in.ws_url) as other:
        sender.subscribe("a")
        other.subscribe("a")

        library.trigger("a", "hello", {}, socket_id=sender.socket_id)

        assert other.hear()["event"] == "hello"
        assert sender.hear_until_pong() == []


def test_channels_and_their_users_are_counted(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as ann, Client(stand_in.ws_url) as bob:
        join(ann, library, "presence-x", "ann")
        join(bob, library, "presence-x", "bob")
        bob.subscribe("public")

        assert library.channels_info() == {"channels": {"presence-x": {}, "public": {}}}
        assert library.channels_info("presence-", ["user_count"]) == {"channels": {"presence-x": {"user_count": 2}}}
        assert library.channel_info("public", ["subscription_count"]) == {
            "occupied": True,
            "subscription_count": 1,
        }
        assert library.users_info("presence-x") == {"users": [{"id": "ann"}, {"id": "bob"}]}
    assert library.channel_info("never") == {"occupied": False}


def test_user_count_of_other_channels_is_a_bad_request(library: pusher.Pusher) -> None:
    with pytest.raises(PusherBadRequest):
        library.channels_info(None, ["user_count"])
    with pytest.raises(PusherBadRequest):
        library.channel_info("public", ["user_count"])
    with pytest.raises(PusherBadRequest):
        library.users_info("public")


def test_a_trigger_may_ask_about_its_channels(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.subscribe("a")

        answer = signed(stand_in, an_event(channels=["a", "b"], info="subscription_count"))

        assert answer.json() == {"channels": {"a": {"subscription_count": 1}, "b": {"subscription_count": 0}}}


def test_a_hand_signed_request_passes(stand_in: PusherStandIn) -> None:
    assert signed(stand_in, an_event()).status_code == 200
    assert len(stand_in.events()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "guess"},
        {"auth_key": "other"},
        {"auth_version": "2.0"},
        {"body_md5": hashlib.md5(b"something else").hexdigest()},
        {"body_md5": ""},
        {"auth_timestamp": "soon"},
    ],
    ids=",".join,
)
def test_a_wrongly_signed_request_is_unauthorised(stand_in: PusherStandIn, wrong: dict[str, str]) -> None:
    assert signed(stand_in, an_event(), **wrong).status_code == 401
    assert stand_in.events() == []


@pytest.mark.parametrize(("skew", "status"), [(-660, 401), (-540, 200), (540, 200), (660, 401)])
def test_a_stale_timestamp_is_refused(stand_in: PusherStandIn, skew: int, status: int) -> None:
    timestamp = str(int(time.time()) + skew)

    assert signed(stand_in, an_event(), auth_timestamp=timestamp).status_code == status


def test_the_library_with_a_wrong_secret_is_told_so(stand_in: PusherStandIn) -> None:
    stranger = library_of(stand_in, secret="guess")

    with pytest.raises(PusherBadAuth):
        stranger.trigger("a", "hello", {})
    assert stand_in.events() == []


def test_another_app_is_not_found(stand_in: PusherStandIn) -> None:
    assert signed(stand_in, an_event(), path="/apps/8/events").status_code == 404


def test_a_disabled_app_is_forbidden(stand_in: PusherStandIn) -> None:
    httpx.post(f"{stand_in.http_url}/_control/disable", json={"on": True}, trust_env=False)

    assert signed(stand_in, an_event()).status_code == 403


@pytest.mark.parametrize(
    ("overrides", "status"),
    [
        ({"data": "x" * 10240}, 200),
        ({"data": "x" * 10241}, 413),
        ({"data": "é" * 5121}, 413),
        ({"data": {"not": "a string"}}, 400),
        ({"name": "n" * 200}, 200),
        ({"name": "n" * 201}, 400),
        ({"name": None}, 400),
        ({"channels": [f"c{number}" for number in range(100)]}, 200),
        ({"channels": [f"c{number}" for number in range(101)]}, 400),
        ({"channels": []}, 400),
        ({"channels": ["c" * 164]}, 200),
        ({"channels": ["c" * 165]}, 400),
        ({"channels": ["private-hotel_a=@,.;-1"]}, 200),
        ({"channels": ["no spaces"]}, 400),
        ({"channels": ["a\n"]}, 400),
        ({"socket_id": "1.2.3"}, 400),
    ],
)
def test_limits_are_pushers_own(stand_in: PusherStandIn, overrides: dict[str, Any], status: int) -> None:
    assert signed(stand_in, an_event(**overrides)).status_code == status
    assert bool(stand_in.events()) == (status == 200)


def test_a_batch_is_taken_whole_or_not_at_all(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    def batch(size: int) -> list[dict[str, Any]]:
        return [{"channel": "a", "name": "hello", "data": "{}"} for _ in range(size)]

    with pytest.raises(PusherBadRequest):
        library.trigger_batch(batch(11))
    too_big = {"channel": "a", "name": "hello", "data": "x" * 10241}
    with pytest.raises(PusherBadStatus, match="413"):
        library.trigger_batch([*batch(1), too_big], already_encoded=True)

    assert stand_in.events() == []
    library.trigger_batch(batch(10))
    assert len(stand_in.events()) == 10
