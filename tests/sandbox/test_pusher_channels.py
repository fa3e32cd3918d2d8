"""Channels of the Pusher stand-in: subscription, presence, client events and signed-in users."""

import json

import pusher
import pytest

from sandbox.pusher.signing import sign
from sandbox.pusher.stand_in import PusherStandIn
from tests.sandbox.pusher_client import Client, join

pytestmark = pytest.mark.timeout(20)


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


def test_an_unsubscribed_socket_gets_no_more_events(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.subscribe("a")
        library.trigger("a", "first", {})
        frames = client.hear_until_pong()

        client.say("pusher:unsubscribe", {"channel": "a"})
        client.hear_until_pong()
        library.trigger("a", "second", {})

        assert [frame["event"] for frame in frames] == ["first"]
        assert client.hear_until_pong() == []


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
    """Terminates the user's connections, by the request that the provider documents."""
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


def test_a_user_gets_no_events_of_another_user(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        client.say("pusher:signin", library.authenticate_user(client.socket_id, {"id": "bob"}))
        client.hear()

        assert client.subscribe("#server-to-user-ann")["data"]["code"] == 4009


def test_a_forged_sign_in_is_closed(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    with Client(stand_in.ws_url) as client:
        forged = library.authenticate_user(client.socket_id, {"id": "bob"})
        client.say("pusher:signin", forged | {"user_data": '{"id": "ann"}'})

        assert client.close_code() == 4009
