"""The checks of the journeys can fail: each check is given a state that it must reject."""

from collections.abc import Callable

import pytest

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.ending_steps import check_nothing_private_was_pushed
from sandbox.demo.expectations import ExpectationFailed, eventually, expect_fields


def test_a_pushed_text_that_is_declared_private_is_found(demo: DemoContext, paid: Callable[[], DemoBooking]) -> None:
    booked = paid()

    with pytest.raises(ExpectationFailed, match=booked.id):
        check_nothing_private_was_pushed(demo, [booked], secrets=[booked.id])


def test_a_missing_money_movement_is_reported(demo: DemoContext, paid: Callable[[], DemoBooking]) -> None:
    booked = paid()

    with pytest.raises(ExpectationFailed, match="authorise"):
        eventually(
            "a capture", lambda: demo.stripe.movements(booked.intent), holds=lambda actual: len(actual) == 2, within=0.2
        )


def test_an_event_on_fewer_channels_than_it_should_be_is_noticed(
    demo: DemoContext, paid: Callable[[], DemoBooking]
) -> None:
    booked = paid()
    [staff_channel] = demo.channels("staff")

    assert not demo.push.events(channel=staff_channel, event="booking_created")
    assert [row for row in demo.push.events(event="booking_created") if row["data"]["booking_id"] == booked.id]


def test_a_status_other_than_expected_is_reported(demo: DemoContext) -> None:
    with pytest.raises(ExpectationFailed, match="status 200"):
        demo.visitor().call("GET", "/api/public/hotels/no-such-hotel/")


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ExpectationFailed, match="has price"):
        expect_fields("a room", {"name": "Twin"}, ("name", "price"))
