"""A page without push: what it missed, what happens from then on, and the end of it, straight from the gateway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext

STREAM = {"Accept": "text/event-stream"}


@contextmanager
def following(booked: DemoBooking, *, after: int) -> Iterator[Iterator[int]]:
    """The numbers of the facts, as they come."""
    headers = {**STREAM, "Authorization": f"Bearer {booked.guest.token}"}
    url = f"{booked.demo.addresses.gateway}{booked.path}/events/"
    with httpx.stream("GET", url, params={"after": after}, headers=headers, trust_env=False, timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield (int(line.removeprefix("id: ")) for line in answer.iter_lines() if line.startswith("id: "))


def test_missed_events_can_be_read_from_any_sequence_number_on(paid: Callable[[], DemoBooking]) -> None:
    booked = paid()
    whole = booked.guest.call("GET", f"{booked.path}/events/").body

    for after in range(whole["last_sequence"] + 2):
        result = booked.guest.call("GET", f"{booked.path}/events/", params={"after": after}).body
        assert result["events"] == whole["events"][after:]
        assert result["last_sequence"] == whole["last_sequence"]


def test_a_stream_goes_on_where_the_page_was_and_ends_with_the_token(
    paid: Callable[[], DemoBooking], demo: DemoContext
) -> None:
    booked = paid()
    last = booked.guest.call("GET", f"{booked.path}/events/").body["last_sequence"]

    with following(booked, after=last - 1) as numbers:
        assert next(numbers) == last
        demo.staff("manager").call("POST", f"{booked.staff_path}/approve/", body={}, status=(200, 202))
        assert [next(numbers), next(numbers)] == [last + 1, last + 2]
        demo.staff("manager").call("POST", f"{booked.staff_path}/revoke-guest-token/", body={})
        assert list(numbers) in ([], [last + 3])

    booked.guest.expect_refusal("GET", f"{booked.path}/events/", status=401, code="INVALID_TOKEN")
