"""Pushes about one subject stay in order; several processes push about different subjects side by side."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.settings import with_driver
from contracts.bookings.stays import RoomAssigned
from contracts.message import Envelope
from contracts.notifier.notice_admin import ListNotices, ReplayNotice
from contracts.rooms.events import InventoryHeld
from contracts.values import Caller
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.domain.jobs import PushAvailability, PushMessage, PushNotice
from services.notifier.handlers import notice_admin
from services.notifier.settings import NotifierSettings
from services.notifier.store.notices import SqlNotices
from tests.interface.chassis.conftest import until
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, envelope_of, sample

OTHER = "BK-2027-AAAA22"
OPERATOR = Caller(kind="operator")
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def assigned(sequence: int, booking_id: str = BOOKING) -> Envelope:
    return envelope_of(sample(RoomAssigned, booking_id=booking_id), sequence=sequence)


def sequences(pusher: PusherStandIn, booking_id: str = BOOKING) -> list[int]:
    events = pusher.events(channel=f"private-booking-{booking_id}", event="room_assigned")
    return [event["data"]["sequence"] for event in events]


@pytest.fixture
def second(notifier: Notifier, settings: NotifierSettings) -> Iterator[Notifier]:
    """A second process of the notifier."""
    engine = sa.create_engine(with_driver(settings.database_url, "psycopg2"))
    yield Notifier(engine, settings)
    engine.dispose()


def in_one_order(patch: pytest.MonkeyPatch) -> None:
    for kind in (PushNotice, PushAvailability):
        patch.setattr(kind, "order_key", "")


def sent_beside_a_slow_push(notifier: Notifier, second: Notifier, pusher: PusherStandIn) -> tuple[list[int], list[int]]:
    """What a second process sends about this booking and about another one, while a push about this booking lasts."""
    push = notifier.unit_of_work.dependencies.push
    sending, go_on = threading.Event(), threading.Event()
    send = push.send

    def slow(messages: Sequence[PushMessage]) -> None:
        sending.set()
        go_on.wait(10)
        send(messages)

    push.send = slow
    notifier.deliver(assigned(1))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(notifier.run, "PushNotice")
        assert sending.wait(10)
        second.deliver(assigned(2), assigned(1, OTHER))
        second.run("PushNotice")
        sent = sequences(pusher), sequences(pusher, OTHER)
        go_on.set()
        running.result(10)
    return sent


def test_a_slow_push_about_one_booking_holds_up_no_other_booking(
    notifier: Notifier, second: Notifier, pusher: PusherStandIn
) -> None:
    assert sent_beside_a_slow_push(notifier, second, pusher) == ([], [1])
    assert sequences(pusher) == [1, 2]


def test_in_one_order_for_all_pushes_a_slow_push_would_hold_up_every_booking(
    notifier: Notifier, second: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_one_order(monkeypatch)

    assert sent_beside_a_slow_push(notifier, second, pusher) == ([], [])


def test_a_push_that_fails_for_now_holds_back_its_own_subject_only(notifier: Notifier, pusher: PusherStandIn) -> None:
    notifier.deliver(assigned(1), assigned(2), assigned(1, OTHER))
    pusher.fault("fail_before", status=503)

    notifier.run("PushNotice")
    assert (sequences(pusher), sequences(pusher, OTHER)) == ([], [1])

    notifier.make_jobs_due()
    notifier.run("PushNotice")
    assert sequences(pusher) == [1, 2]


def test_the_availability_of_one_hotel_is_in_order_beside_another_s(notifier: Notifier) -> None:
    held = envelope_of(sample(InventoryHeld))
    elsewhere = replace(envelope_of(sample(InventoryHeld, booking_id=OTHER, hotel="hotel-aran")), hotel="hotel-aran")
    notifier.deliver(held, elsewhere)

    keys = notifier.sql("SELECT order_key FROM job WHERE kind = 'PushAvailability' ORDER BY order_key")
    assert keys == [("availability/hotel-aran",), (f"availability/{HOTEL}",)]
    assert keys == notifier.sql("SELECT subject FROM notice ORDER BY subject")


def replayed_beside_a_later_push(
    notifier: Notifier, second: Notifier, pusher: PusherStandIn, patch: pytest.MonkeyPatch
) -> None:
    """Replay a given-up push while another process would send a later one, between the check and the commit."""
    notifier.deliver(assigned(1))
    pusher.fault("fail_before", status=400)
    notifier.run("PushNotice")
    (notice,) = notifier.answer(ListNotices(), OPERATOR).notices
    notifier.deliver(assigned(2), assigned(1, OTHER))
    overtaken = SqlNotices.overtaken

    with ThreadPoolExecutor(1) as pool:

        def and_another_process_runs(self: SqlNotices, *args: Any) -> bool:
            result = overtaken(self, *args)
            running = pool.submit(second.run, "PushNotice")
            until(lambda: running.done() or notifier.sql(WAITS) != [(0,)])
            return result

        patch.setattr(SqlNotices, "overtaken", and_another_process_runs)
        notifier.answer(ReplayNotice(notice_id=notice.notice_id), OPERATOR)
    notifier.run("PushNotice")


def test_a_replay_keeps_later_pushes_waiting_until_it_is_committed(
    notifier: Notifier, second: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed_beside_a_later_push(notifier, second, pusher, monkeypatch)

    assert (sequences(pusher), sequences(pusher, OTHER)) == ([1, 2], [1])


def test_without_the_lock_of_the_jobs_a_replayed_push_would_follow_a_later_one(
    notifier: Notifier, second: Notifier, pusher: PusherStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_admin, "lock_jobs", lambda *_: None)

    replayed_beside_a_later_push(notifier, second, pusher, monkeypatch)

    assert sequences(pusher) == [2, 1]
