"""The judge reports events without their push or mail, pushes out of order, and mails that came twice."""

from typing import Any

from sandbox.chaos.judge.notice_checks import MAILS, PUSHES, PushLog, check_mails, check_pushes
from tests.sandbox.chaos.example_stay import BOOKING, HOTEL, KINDS, reading, record
from tests.unit.notifier.specified import EXPECTED


def pushes() -> list[dict[str, Any]]:
    """Every push of the example's events, oldest first."""
    return [
        row(channel, name, number)
        for number, kind in enumerate(KINDS, 1)
        for name in PUSHES.get(kind, ())
        for channel in (f"private-booking-{BOOKING}", f"private-hotel-{HOTEL}")
    ]


def row(channel: str, name: str, number: int) -> dict[str, Any]:
    data = {"event_id": f"event-{number}", "sequence": number, "subject": BOOKING}
    return {"channel": channel, "event": name, "data": data}


def mails() -> list[dict[str, str]]:
    subjects = [MAILS[kind].format(booking=BOOKING) for kind in KINDS if kind in MAILS]
    return [{"message_id": f"<{number}>", "subject": subject} for number, subject in enumerate(subjects)]


def push_checks(rows: list[dict[str, Any]]) -> list[str]:
    log = PushLog()
    log.add(rows)
    return [violation.check for violation in check_pushes(record(), reading(), log)]


def mail_checks(rows: list[dict[str, str]]) -> list[str]:
    return [violation.check for violation in check_mails(record(), reading(), rows)]


def test_all_pushes_and_mails_break_nothing() -> None:
    assert push_checks(pushes()) == []
    assert mail_checks(mails()) == []


def test_each_missing_push_is_reported() -> None:
    rows = pushes()

    for number in range(len(rows)):
        assert push_checks(rows[:number] + rows[number + 1 :]) == ["each event is pushed"]


def test_a_push_after_a_later_one_is_reported_and_a_repetition_is_not() -> None:
    rows = pushes()

    assert push_checks([*rows, rows[0]]) == ["pushes are in order"]
    assert push_checks([*rows, rows[-1], rows[-2]]) == []


def test_each_missing_mail_and_one_with_another_id_is_reported() -> None:
    rows = mails()

    for number in range(len(rows)):
        assert mail_checks(rows[:number] + rows[number + 1 :]) == ["each event has its mail, once"]
    assert mail_checks([*rows, {**rows[0], "message_id": "<another>"}]) == ["each event has its mail, once"]


def test_a_mail_that_came_twice_under_one_id_is_one_mail() -> None:
    assert mail_checks([*mails(), mails()[0]]) == []


def test_the_judges_table_is_the_specifications() -> None:
    for kind, names in PUSHES.items():
        for channel in ("hotel", "booking"):
            specified = {name for name, where in EXPECTED[kind] if where == channel}
            assert set(names) <= specified, kind
