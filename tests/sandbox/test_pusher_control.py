"""The stand-in's memory and its faults, as a test of another program uses them."""

import threading
import time
from collections.abc import Iterator

import httpx
import pusher
import pytest
import requests
from pusher.errors import PusherBadStatus

from sandbox.pusher.stand_in import PusherStandIn
from tests.sandbox.pusher_client import library_of

pytestmark = pytest.mark.timeout(20)


@pytest.fixture
def control(stand_in: PusherStandIn) -> Iterator[httpx.Client]:
    base_url = f"{stand_in.http_url}/_control"
    with httpx.Client(base_url=base_url, trust_env=False, timeout=10) as client:
        yield client


def test_events_are_found_by_channel_name_and_number(library: pusher.Pusher, control: httpx.Client) -> None:
    for channel, name in (("a", "one"), ("b", "one"), ("a", "two")):
        library.trigger(channel, name, {"n": 1})

    everything = control.get("/events").json()
    assert [each["seq"] for each in everything] == [1, 2, 3]
    assert set(everything[0]) == {
        "seq",
        "received_at",
        "channel",
        "event",
        "data",
        "socket_id",
        "source",
    }
    events = control.get("/events", params={"channel": "a", "event": "one"}).json()
    assert [each["seq"] for each in events] == [1]
    events = control.get("/events", params={"channel": "a", "after": 1}).json()
    assert [each["seq"] for each in events] == [3]


def test_a_wait_ends_when_the_event_arrives(library: pusher.Pusher, control: httpx.Client) -> None:
    teller = threading.Timer(0.1, library.trigger, ("a", "hello", {}))
    teller.start()
    began = time.monotonic()

    events = control.get("/wait", params={"event": "hello", "timeout": 8}).json()

    assert [each["event"] for each in events] == ["hello"]
    assert time.monotonic() - began < 4
    teller.join()


def test_a_wait_in_vain_returns_an_empty_list(library: pusher.Pusher, control: httpx.Client) -> None:
    library.trigger("a", "other", {})

    assert control.get("/wait", params={"event": "hello", "timeout": 0.05}).json() == []


def test_a_wait_in_process_raises_after_its_timeout(stand_in: PusherStandIn, library: pusher.Pusher) -> None:
    library.trigger("a", "hello", {})

    assert stand_in.wait_for(event="hello")[0]["channel"] == "a"
    with pytest.raises(TimeoutError):
        stand_in.wait_for(event="hello", count=2, timeout=0.05)


def test_a_reset_forgets_all_but_the_numbers(library: pusher.Pusher, control: httpx.Client) -> None:
    library.trigger("a", "before", {})
    control.post("/faults", json={"mode": "fail_before"})

    control.post("/reset")

    assert control.get("/events").json() == []
    library.trigger("a", "after", {})
    assert [each["seq"] for each in control.get("/events").json()] == [2]


def test_a_failure_before_the_work_leaves_the_work_undone_as_often_as_ordered(
    stand_in: PusherStandIn, library: pusher.Pusher, control: httpx.Client
) -> None:
    control.post("/faults", json={"mode": "fail_before", "status": 503, "times": 2})

    for _ in range(2):
        with pytest.raises(PusherBadStatus, match="503"):
            library.trigger("a", "hello", {})
    assert stand_in.events() == []

    library.trigger("a", "hello", {})
    assert len(stand_in.events()) == 1


def test_a_failure_after_the_work_answers_an_error_although_the_work_is_done(
    stand_in: PusherStandIn, library: pusher.Pusher, control: httpx.Client
) -> None:
    control.post("/faults", json={"mode": "fail_after", "status": 502})

    with pytest.raises(PusherBadStatus, match="502"):
        library.trigger("a", "hello", {})

    assert len(stand_in.events()) == 1


def test_a_dropped_connection_is_no_answer(
    stand_in: PusherStandIn, library: pusher.Pusher, control: httpx.Client
) -> None:
    control.post("/faults", json={"mode": "drop_connection"})

    with pytest.raises(requests.ConnectionError):
        library.trigger("a", "hello", {})

    assert stand_in.events() == []


def test_a_delay_makes_an_impatient_caller_give_up(stand_in: PusherStandIn, control: httpx.Client) -> None:
    control.post("/faults", json={"mode": "delay", "seconds": 0.3})
    impatient = library_of(stand_in, timeout=0.1)

    with pytest.raises(requests.Timeout):
        impatient.trigger("a", "hello", {})

    assert stand_in.wait_for(event="hello")


@pytest.mark.parametrize(
    "nonsense", [{"mode": "explode"}, {"mode": "delay", "times": 0}, {"mode": "delay", "x": 1}, {}]
)
def test_an_unknown_fault_is_a_bad_request(control: httpx.Client, nonsense: dict[str, object]) -> None:
    assert control.post("/faults", json=nonsense).status_code == 400
    assert control.get("/faults").json() == []


def test_faults_can_be_called_off(library: pusher.Pusher, control: httpx.Client) -> None:
    control.post("/faults", json={"mode": "fail_before", "times": None})
    control.delete("/faults")

    assert library.trigger("a", "hello", {}) == {}
