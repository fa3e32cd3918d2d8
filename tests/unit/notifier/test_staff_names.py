"""The names of staff for pushes: one ask for a batch, remembered, and no delay while the gateway is silent."""

from typing import Any

import pytest

from chassis import ttl_cache
from chassis.refusal import Unavailable
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames
from services.notifier import staff_names
from services.notifier.domain.jobs import PushGroup, PushNotice
from services.notifier.staff_names import StaffNameCache

NAMES = {"7": "Grace Hopper", "8": "Ada Lovelace"}


class Accounts:
    """Answers from `NAMES`, or not at all."""

    def __init__(self) -> None:
        self.asks: list[GetStaffNames] = []
        self.silent = False

    def __call__(self, ask: GetStaffNames) -> Any:
        self.asks.append(ask)
        if self.silent:
            raise Unavailable("no process of the gateway runs")
        return StaffNames(names={each: NAMES[each] for each in ask.staff_ids if each in NAMES})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    times = [1_000.0]
    for module in (staff_names, ttl_cache):
        monkeypatch.setattr(module, "monotonic", lambda: times[0])
    return times


def push(*staff_ids: str, hotel: str = "aurora") -> PushNotice:
    groups = tuple(PushGroup(names=("n",), channels=("c",), data={}, staff_id=each) for each in staff_ids)
    return PushNotice(notice_id="1", hotel=hotel, booking_id="", occasion="n", subject="s", sequence=1, groups=groups)


def test_the_names_of_a_batch_are_asked_for_once_and_remembered_for_a_minute(clock: list[float]) -> None:
    names, accounts = StaffNameCache(), Accounts()

    assert names.of([push("7", ""), push("8"), push("7", "gone")], accounts) == NAMES
    assert [ask.staff_ids for ask in accounts.asks] == [("7", "8", "gone")]

    assert names.of([push("7"), push("gone")], accounts) == {"7": "Grace Hopper"}
    assert len(accounts.asks) == 1

    clock[0] += staff_names.MAX_AGE + 1
    names.of([push("7")], accounts)
    assert len(accounts.asks) == 2


def test_a_push_by_nobody_of_the_staff_asks_for_nothing() -> None:
    accounts = Accounts()

    assert StaffNameCache().of([push(""), push()], accounts) == {}
    assert accounts.asks == []


def test_a_silent_gateway_is_not_asked_again_for_some_seconds_and_known_names_are_still_sent(
    clock: list[float],
) -> None:
    names, accounts = StaffNameCache(), Accounts()
    names.of([push("7")], accounts)
    accounts.silent = True

    assert names.of([push("7"), push("8")], accounts) == {"7": "Grace Hopper"}
    assert names.of([push("8")], accounts) == {}
    assert len(accounts.asks) == 2

    accounts.silent = False
    clock[0] += staff_names.RETRY_AFTER
    assert names.of([push("8")], accounts) == {"8": "Ada Lovelace"}
