"""The stream of a booking's events."""

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetFeed
from contracts.bookings.views import Feed
from contracts.values import Context
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway, code

EVENTS = f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/events/"
STREAM = {**GUEST, "Accept": "text/event-stream"}


class Story:
    """A booking whose facts come one by one; each look at the feed lets the next thing happen. Then we stop."""

    def __init__(self, gateway: Gateway, *steps: object) -> None:
        self._gateway, self._steps, self._known = gateway, list(steps), 0
        gateway.bus.answers(GetFeed, self)

    def __call__(self, ask: GetFeed, _: Context) -> Feed | Exception:
        if not self._steps:
            self._gateway.app_state.stopping.set()
            return builders.feed(last=self._known)
        step = self._steps.pop(0)
        if isinstance(step, Exception):
            self._gateway.bus.happens("bookings.RoomAssigned.v1", sequence=99)
            return step
        assert isinstance(step, int)
        self._known = step
        self._gateway.bus.happens("bookings.RoomAssigned.v1", sequence=step + 1)
        return builders.feed(*range(ask.after + 1, step + 1))


def _ids(text: str) -> list[int]:
    return [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]


def test_a_stream_sends_missed_events_first_and_all_in_order(gateway: Gateway) -> None:
    Story(gateway, 2, 2, 3, 5)

    answer = gateway.get(f"{EVENTS}?after=0", headers=STREAM)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert _ids(answer.text) == [1, 2, 3, 4, 5]


def test_a_reconnecting_client_resumes_after_its_last_event(gateway: Gateway) -> None:
    Story(gateway, 5, 5)

    answer = gateway.get(f"{EVENTS}?after=0", headers={**STREAM, "Last-Event-ID": "3"})

    assert _ids(answer.text) == [4, 5]


def test_a_silent_stream_sends_heartbeats(gateway: Gateway) -> None:
    object.__setattr__(gateway.app_state.settings, "heartbeat_seconds", 0.01)
    gateway.bus.answers(GetFeed, builders.feed(1))

    def count(ask: GetFeed, _: Context) -> Feed:
        if gateway.bus.count(GetFeed) > 4:
            gateway.app_state.stopping.set()
        return builders.feed(1)

    gateway.bus.answers(GetFeed, count)

    answer = gateway.get(EVENTS, headers=STREAM)

    assert ": still here" in answer.text
    assert _ids(answer.text) == [1]


def test_an_outage_does_not_end_the_stream(gateway: Gateway) -> None:
    Story(gateway, 1, 1, Unavailable("bookings is down"), 2)

    assert _ids(gateway.get(EVENTS, headers=STREAM).text) == [1, 2]


def test_a_revoked_token_ends_the_stream(gateway: Gateway) -> None:
    Story(gateway, 1, 1, Refusal("INVALID_TOKEN", "Revoked."))

    assert _ids(gateway.get(EVENTS, headers=STREAM).text) == [1]


def test_a_stream_without_access_is_refused(gateway: Gateway) -> None:
    gateway.bus.answers(GetFeed, Refusal("BOOKING_NOT_FOUND", "No such booking."))

    answer = gateway.get(EVENTS, headers=STREAM)

    assert (answer.status_code, code(answer)) == (404, "BOOKING_NOT_FOUND")
    assert not gateway.bus.subscriptions


def test_a_stream_that_ended_has_no_subscription(gateway: Gateway) -> None:
    Story(gateway, 1)

    gateway.get(EVENTS, headers=STREAM)

    assert not gateway.bus.subscriptions
