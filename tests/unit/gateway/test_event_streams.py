"""Many event streams: they share one reading, are limited in number, and end with their token."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from chassis.refusal import Unavailable
from contracts.bookings.guest_access import FindEndedGuestTokens
from contracts.bookings.queries import GetFeed
from contracts.values import Context
from gateway.identity.roles import Role
from gateway.streams import open_streams
from gateway.streams.shared_feed import SharedFeed
from gateway.streams.stream import EventStream, FeedEntry, StreamToken
from tests.unit.gateway import builders
from tests.unit.gateway.builders import staff
from tests.unit.gateway.fakes import GUEST
from tests.unit.gateway.listening import Hearers, Listener, until


@pytest.fixture
def hearers(app: FastAPI) -> Iterator[Hearers]:
    made = Hearers(app)
    yield made
    made.gateway.close()


@pytest.fixture
def limited(app: FastAPI) -> Iterator[Hearers]:
    made = Hearers(app, rate_limits="guest=100000")
    yield made
    made.gateway.close()


@pytest.fixture(autouse=True)
def quick_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_streams, "CHECK_EVERY", 0.02)


def test_one_read_of_the_feed_serves_three_hundred_streams_of_a_booking(hearers: Hearers) -> None:
    async def scenario() -> None:
        listeners = await hearers.hear(300)
        await asyncio.sleep(0.05)
        before = hearers.gateway.bus.count(GetFeed)

        hearers.happens()

        await until(lambda: all(each.numbers == [2] for each in listeners))
        assert hearers.gateway.bus.count(GetFeed) - before == 1

    hearers.run(scenario)


def test_without_a_shared_feed_each_stream_reads_the_feed(hearers: Hearers, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = hearers.gateway.app_state.streams
    feeds = []

    def own_feed(stream: EventStream, *, position: int) -> SharedFeed:
        feed = SharedFeed(
            hearers.gateway.bus, hearers.gateway.settings, booking_id=stream.booking_id, position=position,
            stopping=hearers.gateway.app_state.stopping,
        )  # fmt: skip
        feed.streams[stream] = None
        feeds.append(asyncio.ensure_future(feed.run()))
        return feed

    async def scenario() -> None:
        monkeypatch.setattr(streams, "join", own_feed)
        listeners = await hearers.hear(300)
        await asyncio.sleep(0.2)
        before = hearers.gateway.bus.count(GetFeed)

        hearers.happens()

        await until(lambda: all(each.numbers == [2] for each in listeners))
        assert hearers.gateway.bus.count(GetFeed) - before == 300
        for feed in feeds:
            feed.cancel()
        await asyncio.gather(*feeds, return_exceptions=True)

    hearers.run(scenario)


def test_a_stream_that_joins_misses_nothing_and_repeats_nothing(hearers: Hearers) -> None:
    async def scenario() -> None:
        [first] = await hearers.hear()
        for _ in range(5):
            hearers.happens()
            await hearers.hear()
        hearers.happens()
        await until(lambda: first.numbers == [2, 3, 4, 5, 6, 7])

        late = [Listener(hearers.gateway.app, GUEST, query=f"after={after}") for after in range(8)]
        hearers.happens()

        await until(lambda: all(each.numbers[-1:] == [8] for each in late[:-1]))
        assert [each.numbers for each in late] == [list(range(after + 1, 9)) for after in range(8)]
        await asyncio.gather(*(each.leave() for each in late))

    hearers.run(scenario)


def test_staff_and_guest_share_a_reading_and_only_staff_see_names(hearers: Hearers) -> None:
    manager = hearers.gateway.accounts.signed_in(staff(Role.MANAGER))

    async def scenario() -> None:
        [guest], [member] = await hearers.hear(), await hearers.hear(headers=manager)
        await asyncio.sleep(0.02)
        before = hearers.gateway.bus.count(GetFeed)

        hearers.happens()

        await until(lambda: guest.events and member.events)
        assert member.events[0]["data"]["confirmed_by"]["name"] == "Nora Clerk"
        assert guest.events[0]["data"]["confirmed_by"]["name"] is None
        assert hearers.gateway.bus.count(GetFeed) - before == 1
        assert hearers.gateway.bus.last_context(GetFeed).caller.kind == "staff"

    hearers.run(scenario)


def test_a_fifth_stream_of_a_token_ends_the_oldest(limited: Hearers) -> None:
    async def scenario() -> None:
        listeners = await limited.hear(4)

        newest = await limited.hear(1)

        await until(lambda: listeners[0].ended)
        assert "retry: 30000" in listeners[0].text
        assert not any(each.ended for each in [*listeners[1:], *newest])

    limited.run(scenario)


def test_without_rate_limits_a_token_has_any_number_of_streams(hearers: Hearers) -> None:
    async def scenario() -> None:
        listeners = await hearers.hear(50)

        assert not any(each.ended for each in listeners)

    hearers.run(scenario)


def test_a_full_process_refuses_a_stream_and_ends_none(limited: Hearers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_streams, "MAX_STREAMS", 3)
    manager = limited.gateway.accounts.signed_in(staff(Role.MANAGER))

    async def scenario() -> None:
        listeners = await limited.hear(3)

        refused = Listener(limited.gateway.app, manager)
        await refused.task

        assert (refused.status, "RATE_LIMITED" in refused.text) == (429, True)
        assert not any(each.ended for each in listeners)

    limited.run(scenario)


def test_a_stream_of_staff_ends_after_a_sign_out(hearers: Hearers) -> None:
    manager = hearers.gateway.accounts.signed_in(staff(Role.MANAGER))
    colleague = hearers.gateway.accounts.signed_in(staff(Role.FRONT_DESK))

    async def scenario() -> None:
        [member], [other] = await hearers.hear(headers=manager), await hearers.hear(headers=colleague)

        await hearers.gateway.accounts.sign_out(manager["Authorization"].removeprefix("Bearer "))

        await until(lambda: member.ended)
        hearers.happens()
        await until(lambda: other.numbers == [2])
        assert member.numbers == []

    hearers.run(scenario)


def test_without_the_check_a_stream_goes_on_after_a_sign_out(hearers: Hearers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_streams, "CHECK_EVERY", 3600)
    manager = hearers.gateway.accounts.signed_in(staff(Role.MANAGER))

    async def scenario() -> None:
        [member] = await hearers.hear(headers=manager)

        await hearers.gateway.accounts.sign_out(manager["Authorization"].removeprefix("Bearer "))
        hearers.happens()

        await until(lambda: member.numbers == [2])

    hearers.run(scenario)


def test_a_stream_of_a_guest_ends_after_the_token_without_any_event(hearers: Hearers) -> None:
    async def scenario() -> None:
        [guest] = await hearers.hear()

        hearers.revoked.add(GUEST["Authorization"].removeprefix("Bearer "))

        await until(lambda: guest.ended)

    hearers.run(scenario)


def test_an_event_does_not_reach_a_guest_whose_token_is_refused(hearers: Hearers) -> None:
    manager = hearers.gateway.accounts.signed_in(staff(Role.MANAGER))

    async def scenario() -> None:
        [guest] = await hearers.hear()
        [member] = await hearers.hear(headers=manager)

        hearers.revoked.add(GUEST["Authorization"].removeprefix("Bearer "))
        await until(lambda: guest.ended)
        hearers.happens()

        await until(lambda: member.numbers == [2])
        assert guest.numbers == []

    hearers.run(scenario)


def test_streams_of_staff_end_when_the_accounts_cannot_be_read(
    hearers: Hearers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_streams, "UNCHECKED_FOR", 0.05)
    manager = hearers.gateway.accounts.signed_in(staff(Role.MANAGER))

    async def scenario() -> None:
        [member], [guest] = await hearers.hear(headers=manager), await hearers.hear()

        hearers.gateway.accounts.down = True

        await until(lambda: member.ended)
        assert not guest.ended

    hearers.run(scenario)


def test_streams_of_guests_outlast_an_outage_of_the_bookings_service(hearers: Hearers) -> None:
    async def scenario() -> None:
        [guest] = await hearers.hear()

        hearers.gateway.bus.answers(FindEndedGuestTokens, Unavailable("away"))
        await asyncio.sleep(0.1)
        hearers.happens()

        await until(lambda: guest.numbers == [2])

    hearers.run(scenario)


def test_a_client_that_is_too_far_behind_is_ended() -> None:
    stream = EventStream(StreamToken(kind="guest", text="t"), hotel="h", booking_id="b", context=Context())
    entry = FeedEntry(builders.feed(1).events[0])

    stream.deliver([entry] * 1_000)
    assert not stream.ended
    stream.deliver([entry])

    assert stream.ended
