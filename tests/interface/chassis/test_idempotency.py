"""A key is leased to one request: refused while the request runs, taken over after a crash, free after a refusal."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from chassis.transactions import idempotency, renewal
from chassis.transactions.conversation import KeyedConversation
from chassis.transactions.work import Work
from contracts.message import Nothing
from contracts.rooms.holds import ReleaseInventory
from tests.interface.chassis.keyed_desk import Desk

KINDS = pytest.mark.parametrize("converse", [False, True], ids=["one transaction", "several transactions"])


class Killed(BaseException):
    """The process is killed: nothing else runs."""


@pytest.fixture
def new_desk(new_database: Callable[[str], str]) -> Iterator[Callable[[bool], Desk]]:
    made: list[Desk] = []

    def new(converse: bool) -> Desk:
        made.append(Desk(new_database("keys"), converse=converse))
        return made[-1]

    yield new
    for desk in made:
        desk.engine.dispose()


def failing(problem: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise problem

    return fail


@KINDS
def test_a_repeated_key_replays_the_reply(new_desk: Callable[[bool], Desk], converse: bool) -> None:
    desk = new_desk(converse)

    replies = [desk.send().replayed for _ in range(3)]

    assert (replies, desk.effects()) == ([False, True, True], 1)
    assert desk.code("another body") == ("IDEMPOTENCY_KEY_REUSED", None)


@KINDS
def test_a_refusal_frees_the_key_for_any_body(new_desk: Callable[[bool], Desk], converse: bool) -> None:
    desk = new_desk(converse)
    desk.meanwhile = failing(Refusal("NO", "Not this one."))

    assert desk.code() == ("NO", None)
    desk.meanwhile = lambda: None

    assert desk.code("another body") == ("", None)
    assert desk.effects() == 1


@KINDS
def test_a_failed_request_may_be_sent_again_at_once(new_desk: Callable[[bool], Desk], converse: bool) -> None:
    desk = new_desk(converse)
    desk.meanwhile = failing(Unavailable("away"))
    with pytest.raises(Unavailable):
        desk.send()
    desk.meanwhile = lambda: None

    assert desk.code("another body")[0] == ("IDEMPOTENCY_KEY_REUSED" if converse else "")
    assert desk.code("f" if converse else "another body") == ("", None)
    assert desk.effects() == 1


def test_a_crashed_request_blocks_its_key_for_the_rest_of_its_lease(new_desk: Callable[[bool], Desk]) -> None:
    desk = new_desk(True)
    desk.meanwhile = failing(Killed())
    with pytest.raises(Killed):
        desk.send()
    desk.meanwhile = lambda: None

    assert desk.code() == ("IDEMPOTENCY_IN_PROGRESS", 5)
    desk.end_leases()
    assert desk.code("another body") == ("IDEMPOTENCY_KEY_REUSED", None)
    assert desk.code() == ("", None)
    assert desk.effects() == 1


def test_a_refused_repetition_of_a_crashed_request_keeps_the_key_for_its_body(
    new_desk: Callable[[bool], Desk],
) -> None:
    desk = new_desk(True)
    desk.meanwhile = failing(Killed())
    with pytest.raises(Killed):
        desk.send()
    desk.end_leases()
    desk.meanwhile = failing(Refusal("NO", "Not now."))

    assert desk.code() == ("NO", None)
    desk.meanwhile = lambda: None

    assert desk.code("another body") == ("IDEMPOTENCY_KEY_REUSED", None)
    assert desk.code() == ("", None)


def test_a_lease_is_renewed_while_its_request_runs(
    new_desk: Callable[[bool], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(idempotency, "RENEW_EVERY", 0.1)
    desk = new_desk(True)
    running, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        running.set()
        go_on.wait(10)

    desk.meanwhile = wait
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(desk.send)
        running.wait(5)
        threading.Event().wait(1.5)  # longer than two leases

        second = desk.code()
        go_on.set()

    assert second == ("IDEMPOTENCY_IN_PROGRESS", 1)
    assert (first.result().replayed, desk.send().replayed, desk.effects()) == (False, True, 1)


def test_a_lease_is_renewed_until_the_reply_is_committed(
    new_desk: Callable[[bool], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(idempotency, "RENEW_EVERY", 0.1)
    desk = new_desk(True)
    codes: list[str] = []

    def second() -> None:
        desk.before_the_commit = lambda: None
        time.sleep(1.5)  # longer than two leases
        codes.append(desk.code()[0])

    desk.before_the_commit = second

    assert not desk.send().replayed
    assert (codes, desk.effects()) == (["IDEMPOTENCY_IN_PROGRESS"], 1)


def test_a_request_whose_reply_was_rolled_back_frees_the_key(new_desk: Callable[[bool], Desk]) -> None:
    desk = new_desk(True)
    several = desk._several

    def without_effect(command: ReleaseInventory, conversation: KeyedConversation[Work]) -> Nothing:
        with suppress(LookupError):
            several(command, conversation)
        assert not conversation.stored
        return Nothing()

    desk.use(without_effect)
    desk.before_the_commit = failing(LookupError())
    desk.send()
    desk.use(several)
    desk.before_the_commit = lambda: None

    assert (desk.effects(), desk.code("another body"), desk.effects()) == (0, ("", None), 1)


def test_a_request_that_goes_on_after_its_reply_was_stored_renews_nothing(
    new_desk: Callable[[bool], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "RENEW_EVERY", 0.02)
    warnings: list[str] = []
    monkeypatch.setattr(renewal.log, "warning", lambda event, **_: warnings.append(event), raising=False)
    desk = new_desk(True)
    desk.afterwards = lambda: time.sleep(0.2)

    desk.send()

    assert warnings == []
    assert desk.send().replayed


def test_a_frozen_request_whose_claim_was_taken_over_has_no_effect(
    new_desk: Callable[[bool], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "RENEW_EVERY", 60.0)  # it does not renew while it is frozen
    desk = new_desk(True)

    def frozen() -> None:
        desk.meanwhile = lambda: None
        desk.end_leases()
        desk.send()

    desk.meanwhile = frozen

    with pytest.raises(Unavailable, match="another process"):
        desk.send()
    assert (desk.effects(), desk.send().replayed) == (1, True)


def test_the_key_of_a_command_of_several_transactions_is_claimed_by_one_statement(
    new_desk: Callable[[bool], Desk],
) -> None:
    desk = new_desk(True)
    alone: list[bool] = []
    engine = desk.unit_of_work.engine
    sa.event.listen(
        engine, "before_cursor_execute", lambda *event: alone.append(event[0].connection.dbapi_connection.autocommit)
    )

    desk.send()

    assert alone[0]
    assert not any(alone[1:])


def test_a_claim_that_is_given_up_while_another_request_looks_at_it_is_taken(new_desk: Callable[[bool], Desk]) -> None:
    desk = new_desk(True)
    with desk.unit_of_work.at_once() as work:
        first = idempotency.take(work.connection, "k", "f")
    assert isinstance(first, idempotency.Claim)

    def give_up(_: Any, __: Any, text: str, *___: Any) -> None:
        if text.lstrip().startswith("SELECT idempotency"):
            with desk.engine.begin() as connection:
                idempotency.release(connection, first)

    sa.event.listen(desk.unit_of_work.engine, "before_cursor_execute", give_up)
    assert desk.code() == ("", None)
    sa.event.remove(desk.unit_of_work.engine, "before_cursor_execute", give_up)

    assert desk.effects() == 1
