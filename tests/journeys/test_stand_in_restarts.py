"""A stand-in that is killed comes back with what the databases refer to."""

from collections.abc import Callable
from typing import Any

from sandbox.demo.addresses import Addresses
from sandbox.demo.booking_steps import DemoBooking
from sandbox.stack.ports import answers
from sandbox.stack.stack import Stack
from tests.sandbox.soon import soon


def test_payments_agree_with_stripe_after_stripe_was_killed(
    stack: Stack, addresses: Addresses, paid: Callable[[], DemoBooking], command_line: Any
) -> None:
    booked = paid()
    before = stack.supervisor.pid("stripe")

    stack.supervisor.kill("stripe")
    soon(lambda: stack.supervisor.pid("stripe") not in {None, before}, seconds=30)
    soon(lambda: answers(stack.config.ports["STRIPE_PORT"]), seconds=60)

    code, output = command_line("reconcile", "--booking", booked.id)
    assert code == 0, output
