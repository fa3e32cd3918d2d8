"""N operations leave N rows, N of each push and N mails; another number is a mismatch, also where the sums agree."""

from dataclasses import replace

import pytest

from tests.bench.cost.evidence import Expected, Observed, mismatches

GUESTS = {"BK-1": "one@example.com", "BK-2": "two@example.com"}
EXPECTED = Expected("CONFIRMED", ("booking_confirmed",), mails=1)
RIGHT = Observed(
    statuses={"CONFIRMED": 2},
    pushes={("booking_confirmed", "BK-1"): 1, ("booking_confirmed", "BK-2"): 1},
    mails={"one@example.com": 1, "two@example.com": 1},
)


def test_one_of_each_for_every_booking_is_right() -> None:
    assert mismatches(EXPECTED, RIGHT, guests=GUESTS) == []


def test_what_others_got_does_not_count() -> None:
    observed = replace(
        RIGHT,
        pushes={**RIGHT.pushes, ("booking_confirmed", "BK-9"): 1, ("room_assigned", "BK-1"): 3},
        mails={**RIGHT.mails, "nine@example.com": 1},
    )

    assert mismatches(EXPECTED, observed, guests=GUESTS) == []


@pytest.mark.parametrize(
    ("observed", "line"),
    [
        (replace(RIGHT, statuses={"CONFIRMED": 1, "PENDING_APPROVAL": 1}), "1 of 2 bookings are CONFIRMED"),
        (replace(RIGHT, statuses={}), "0 of 2 bookings are CONFIRMED"),
        (
            replace(RIGHT, pushes={("booking_confirmed", "BK-1"): 1}),
            "1 pushes booking_confirmed instead of 2; BK-2 has 0",
        ),
        (
            replace(RIGHT, pushes={("booking_confirmed", "BK-1"): 2}),
            "2 pushes booking_confirmed instead of 2; BK-1 has 2",
        ),
        (replace(RIGHT, mails={"one@example.com": 1}), "1 mails instead of 2; two@example.com has 0"),
        (replace(RIGHT, mails={"one@example.com": 2}), "2 mails instead of 2; one@example.com has 2"),
    ],
)
def test_another_number_is_a_mismatch(observed: Observed, line: str) -> None:
    lines = mismatches(EXPECTED, observed, guests=GUESTS)

    assert len(lines) == 1
    assert lines[0].startswith(line)


def test_a_mail_that_should_not_be_is_a_mismatch() -> None:
    expected = replace(EXPECTED, mails=0)

    assert mismatches(expected, RIGHT, guests=GUESTS) == ["2 mails instead of 0; one@example.com has 1"]
