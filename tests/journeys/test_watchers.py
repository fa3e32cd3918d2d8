"""What watches over the journeys can itself fail: each check is shown something that it must not accept."""

from collections.abc import Callable

import pytest

from sandbox.demo.booking_steps import Booked
from sandbox.demo.ending_steps import nothing_private_was_pushed
from sandbox.demo.expecting import Unmet, eventually, expect_fields
from sandbox.demo.world import World


def test_something_that_was_pushed_is_found_if_it_is_called_private(world: World, paid: Callable[[], Booked]) -> None:
    booked = paid()

    with pytest.raises(Unmet, match=booked.id):
        nothing_private_was_pushed(world, [booked], secrets=[booked.id])


def test_money_that_did_not_move_is_missed(world: World, paid: Callable[[], Booked]) -> None:
    booked = paid()

    with pytest.raises(Unmet, match="authorise"):
        eventually(
            "a capture", lambda: world.stripe.movements(booked.intent), holds=lambda seen: len(seen) == 2, within=0.2
        )


def test_an_event_on_fewer_channels_than_it_should_be_is_noticed(world: World, paid: Callable[[], Booked]) -> None:
    booked = paid()
    [staff_channel] = world.channels("staff")

    assert not world.push.told(channel=staff_channel, event="booking_created")
    assert [row for row in world.push.told(event="booking_created") if row["data"]["booking_id"] == booked.id]


def test_a_status_other_than_expected_is_told(world: World) -> None:
    with pytest.raises(Unmet, match="status 200"):
        world.visitor().ask("GET", "/api/public/hotels/no-such-hotel/")


def test_a_missing_field_is_named() -> None:
    with pytest.raises(Unmet, match="has price"):
        expect_fields("a room", {"name": "Twin"}, ("name", "price"))
