"""A booking that nobody was answered is a broken promise, unless a request for it was never answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.asks import CreateBooking
from tests.conversations.actions import GUEST
from tests.simulation.judging.client_answers import ClientAnswers

NOW = datetime(2031, 5, 5, 12, tzinfo=UTC)
DAY = NOW.date()
REQUEST = CreateBooking(
    hotel="h", room_type="SGL", check_in=DAY, check_out=DAY.replace(day=6), adults=1, children=0, guest=GUEST
)
SOLD_OUT, SILENCE = Refusal("SOLD_OUT", "Sold out."), Unavailable("No answer.")


class OneBooking:
    """A world at rest with one stored booking."""

    def sql(self, service: str, query: str, **values: Any) -> list[dict[str, Any]]:
        return [{"id": "BK-1"}] if query == "SELECT id FROM booking" else []


@pytest.mark.parametrize(
    ("outcomes", "breaches"),
    [
        ([], 1),
        ([SOLD_OUT], 1),
        ([SILENCE], 0),
        ([SILENCE, SOLD_OUT], 1),
        ([SOLD_OUT, SILENCE], 0),  # a second click that was sent again after the refusal
    ],
)
def test_a_booking_is_in_doubt_while_the_last_request_is_unanswered(outcomes: list[Exception], breaches: int) -> None:
    answers, world = ClientAnswers(), OneBooking()
    for outcome in outcomes:
        assert list(answers.remember(REQUEST, "key", outcome, NOW)) == []

    assert len(list(answers._creations(world))) == breaches  # type: ignore[arg-type]


@pytest.mark.parametrize(("later", "breaches"), [(timedelta(hours=1), 1), (timedelta(days=7), 0)])
def test_a_refusal_after_the_key_has_expired_says_nothing_of_the_request_before(
    later: timedelta, breaches: int
) -> None:
    answers, world = ClientAnswers(), OneBooking()
    for outcome, at in ((SILENCE, NOW), (SOLD_OUT, NOW + later)):
        assert list(answers.remember(REQUEST, "key", outcome, at)) == []

    assert len(list(answers._creations(world))) == breaches  # type: ignore[arg-type]
