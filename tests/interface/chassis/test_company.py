"""An event without a handler, held back by a process that dies, leaves no gap in the numbers of its subject."""

import signal
import subprocess
import time

import pytest

from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.values import SYSTEM
from tests.interface.chassis.conftest import Owner, Toy, until

pytestmark = pytest.mark.timeout(300)


def publish_without_handler(owner: Owner, booking_id: str) -> None:
    with owner.unit_of_work.begin() as work:
        work.publish(
            GuestTokenRevoked(booking_id=booking_id, hotel="h", generation=1, revoked_at=work.now, revoked_by=SYSTEM)
        )
    until(lambda: owner.unpublished() == 0, what="the relay")


def is_applied_after_a_death(owner: Owner, toy: Toy) -> bool:
    """Whether the event that follows is applied, after a process died with the event before it held back."""
    with toy.running() as process:
        publish_without_handler(owner, "BK-1")
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with toy.running():
        owner.publish("BK-1", "after")
        try:
            until(lambda: bool(toy.effects()), within=5)
        except AssertionError:
            return False
        return [(sequence, note) for _, sequence, note in toy.effects()] == [(2, "after")]


def test_what_was_held_back_is_delivered_again(owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]) -> None:
    toy.environment["TOY_COMPANY"] = "60"

    assert is_applied_after_a_death(owner, toy)


@pytest.mark.long
def test_if_it_were_acknowledged_when_it_comes_the_next_would_wait_for_ever(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes]
) -> None:
    toy.environment |= {"TOY_COMPANY": "60", "TOY_ACKNOWLEDGES_AT_ONCE": "1"}

    assert not is_applied_after_a_death(owner, toy)
