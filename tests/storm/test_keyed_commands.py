"""One Idempotency-Key, one effect: every command of two services, crashed or unanswered at every step, then repeated.

Effects are counted in bookings (status, nights, money, events) and in rooms (nights sold, room, period) and compared
with those of the same command undisturbed.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from chassis.transactions import idempotency
from chassis.transactions.idempotency import Claim
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.events import RoomStatus
from contracts.rooms.turnover import ChangeRoomStatus
from services.bookings.domain.booking import Booking
from services.bookings.steps import pending_actions
from tests.storm.actions import GUEST
from tests.storm.environment import staff
from tests.storm.hotel_environment import SLUG, Hotel
from tests.storm.keyed_commands import (
    BODY,
    COMMANDS,
    KEY,
    LOST,
    OTHER_BODY,
    TWICE,
    Accident,
    KeyedCommand,
    claims,
    effect,
    end_leases,
    keyed,
    recover,
    refusal,
)

pytestmark = pytest.mark.timeout(180)

EACH = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
BY_NAME = {command.name: command for command in COMMANDS}


def undisturbed(hotel: Hotel, command: KeyedCommand) -> dict[str, Any]:
    hotel.platform.ask(command.prepare(hotel), keyed())
    recover(hotel)
    return effect(hotel)


def accidents(hotel: Hotel, command: KeyedCommand, key: str | None = KEY) -> Iterator[tuple[Any, str]]:
    """The command after each accident: a crash at every commit until none is hit, a lost ask and a lost reply."""
    for accident in LOST:
        ask = command.prepare(hotel)
        yield ask, f"{accident.name}: {accident.happens(hotel, ask, keyed(key=key))}"
    for steps in range(100):
        ask = command.prepare(hotel)
        outcome = Accident("crash", crash_after=steps).happens(hotel, ask, keyed(key=key))
        if outcome == "done":
            assert steps >= 4, "the command has no steps"
            return
        yield ask, f"crash {steps}: {outcome}"


def check_rest(hotel: Hotel) -> None:
    problems = [*map(str, hotel.violations()), *hotel.wrong(), *hotel.pending_bookings()]
    assert not problems, problems


@EACH
@pytest.mark.parametrize(
    "timers_first", [False, pytest.param(True, marks=pytest.mark.long)], ids=["at once", "after the timers"]
)
def test_a_repeated_key_has_one_effect_after_any_accident(
    hotel: Hotel, command: KeyedCommand, timers_first: bool
) -> None:
    expected = undisturbed(hotel, command)
    blocked = 0

    for ask, accident in accidents(hotel, command):
        is_claimed, is_blocked = bool(claims(hotel)), any(row["open"] and row["leased"] for row in claims(hotel))
        if is_blocked:
            assert accident.endswith("crashed")
            check_blocked(hotel, ask)
            blocked += 1
            end_leases(hotel)
        if timers_first:
            recover(hotel)
        if is_claimed:  # otherwise the process died before the claim was committed, and the key is unused
            assert (accident, code(hotel, ask, OTHER_BODY)) == (accident, "IDEMPOTENCY_KEY_REUSED")
        if timers_first and _room_was_cleared(hotel, command):
            assert (code(hotel, ask, BODY), effect(hotel)["bookings"]) == ("ROOM_NOT_READY", [])
            continue
        first = hotel.platform.ask(ask, keyed())
        again = hotel.platform.ask(ask, keyed())
        recover(hotel)

        assert (accident, again) == (accident, first)
        assert (accident, effect(hotel)) == (accident, expected)
        assert (accident, code(hotel, ask, OTHER_BODY)) == (accident, "IDEMPOTENCY_KEY_REUSED")
        check_rest(hotel)

    assert blocked >= 3


def check_blocked(hotel: Hotel, ask: Any) -> None:
    """The key of a crashed request is blocked for the rest of its lease; another body is refused for good."""
    running = refusal(hotel, ask, keyed())
    assert running is not None
    assert running.code == "IDEMPOTENCY_IN_PROGRESS"
    assert 1 <= running.details["retry_after"] <= idempotency.LEASE.total_seconds() <= 10
    assert code(hotel, ask, OTHER_BODY) == "IDEMPOTENCY_KEY_REUSED"


def code(hotel: Hotel, ask: Any, body: str) -> str:
    """The code of the refusal of the command with this body under the key; an empty text where it is answered."""
    refused = refusal(hotel, ask, keyed(body))
    return refused.code if refused else ""


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.name not in TWICE], ids=lambda one: one.name)
def test_a_repetition_without_a_key_has_one_effect(hotel: Hotel, command: KeyedCommand) -> None:
    expected = undisturbed(hotel, command)

    for ask, accident in accidents(hotel, command, key=None):
        early = refusal(hotel, ask, keyed(key=None))
        recover(hotel)
        late = refusal(hotel, ask, keyed(key=None))
        recover(hotel)

        assert (accident, early and early.code) in ((accident, None), (accident, "ACTION_IN_PROGRESS"))
        assert (accident, late and late.code) == (accident, None)
        assert (accident, effect(hotel)) == (accident, expected)
        check_rest(hotel)


def test_a_second_extension_without_a_key_is_a_new_command(hotel: Hotel) -> None:
    nights: set[int] = set()

    for ask, accident in accidents(hotel, BY_NAME["extend"], key=None):
        recover(hotel)
        hotel.platform.ask(ask, keyed(key=None))
        [booking] = effect(hotel)["bookings"]

        extended = effect(hotel)["events"]["StayExtended"]
        assert (accident, booking["nights"]) == (accident, 2 + extended)
        assert (accident, booking["total_amount"]) == (accident, 10900 * booking["nights"])
        assert (accident, sum(row["sold"] for row in effect(hotel)["sold"])) == (accident, booking["nights"])
        nights.add(booking["nights"])
        check_rest(hotel)

    assert nights == {3, 4}


def test_a_repeated_bulk_check_out_vacates_nobody_who_came_later(hotel: Hotel) -> None:
    interrupted = 0
    for ask, accident in accidents(hotel, BY_NAME["check out rooms"]):
        end_leases(hotel)
        recover(hotel)
        if not any(row["open"] for row in claims(hotel)) or _status(hotel, "11") is not RoomStatus.CHECKOUT_DIRTY:
            continue
        interrupted += 1
        about: dict[str, Any] = {"hotel": SLUG, "room_number": "11"}
        for status in (RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST):
            hotel.platform.ask(ChangeRoomStatus(**about, to_status=status, note=""), staff(SLUG))
        hotel.platform.ask(AddWalkIn(**about, guest=GUEST), staff(SLUG))

        reply = hotel.platform.ask(ask, keyed())

        assert (accident, len(reply.checked_out_bookings)) == (accident, 1)
        assert (accident, _status(hotel, "11")) == (accident, RoomStatus.OCCUPIED)
        check_rest(hotel)
    assert interrupted >= 3


def test_an_action_that_does_not_know_its_key_is_doubled(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without the key in the pending action, the timer's end is no answer to the request."""
    ask = BY_NAME["extend"].prepare(hotel)
    begin = pending_actions.begin

    def without_key(*about: Any, claim: Claim, **fields: Any) -> Booking:
        return begin(*about, **fields)

    monkeypatch.setattr(pending_actions, "begin", without_key)
    assert LOST[1].happens(hotel, ask, keyed()) == "lost"

    recover(hotel)
    hotel.platform.ask(ask, keyed())

    assert effect(hotel)["events"]["StayExtended"] == 2


def _room_was_cleared(hotel: Hotel, command: KeyedCommand) -> bool:
    """Whether the room of a walk-in that was never stored was cleared again, which leaves the room dirty."""
    return command.name == "walk in" and _status(hotel, "11") is RoomStatus.CHECKOUT_DIRTY


def _status(hotel: Hotel, number: str) -> RoomStatus:
    [row] = hotel.sql("rooms", f"SELECT status FROM room WHERE room_number = '{number}'")
    return RoomStatus(row["status"])
