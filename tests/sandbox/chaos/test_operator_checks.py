"""What the operators' commands print decides, and each can fail."""

import json

from sandbox.chaos.judge import operator_checks as checks

NO_GHOST = "Bookings and rooms agree.\n"
GHOST = " BK-2026-ABCD2345  hotel-killarney  101  in house, but …  19:30  {}\n"


def test_a_broken_invariant_is_reported() -> None:
    def report(verdict: str) -> str:
        finding = {"subject": "BK-1", "what": "two captures"}
        rows = [{"name": "I9", "says": "one capture", "verdict": verdict, "findings": [finding]}]
        return json.dumps({"invariants": rows})

    assert list(checks.doctor_problems(0, report("holds"))) == []
    assert [each.check for each in checks.doctor_problems(1, report("broken"))] == ["hotelmate doctor I9"]
    assert [each.check for each in checks.doctor_problems(1, report("not judged"))] == ["hotelmate doctor I9"]
    assert [each.check for each in checks.doctor_problems(3, "no broker")] == ["hotelmate doctor"]


def test_events_that_wait_are_reported() -> None:
    table = " service   unpublished  oldest \n bookings  {}            3 s\n rooms     0            -\n"

    assert list(checks.outbox_problems(0, table.format(0))) == []
    assert [each.what for each in checks.outbox_problems(0, table.format(12))] == ["exit code 0: bookings 12"]
    assert len(list(checks.outbox_problems(3, ""))) == 1


def test_an_open_ghost_is_reported_and_a_mended_one_is_not() -> None:
    assert list(checks.ghost_problems(0, NO_GHOST)) == []
    assert list(checks.ghost_problems(0, GHOST.format("mended 2026-11-29 19:31"))) == []
    assert len(list(checks.ghost_problems(0, GHOST.format("looked at again")))) == 1
    assert len(list(checks.ghost_problems(0, GHOST.format("left to people: ROOM_HAS_GUEST")))) == 1
    assert len(list(checks.ghost_problems(3, ""))) == 1


def test_a_dead_letter_and_a_difference_are_reported() -> None:
    assert list(checks.dead_letter_problems("rooms", 0, "Nothing is parked for rooms.\n")) == []
    assert len(list(checks.dead_letter_problems("rooms", 0, "poison-1  not an event"))) == 1
    assert list(checks.exit_code_problems("reconcile", 0, "3 payments compared")) == []
    assert len(list(checks.exit_code_problems("reconcile", 1, "1 left"))) == 1
