"""On its host the service runs green: a slow provider must not hold up anything else in the process."""

import subprocess
import sys

from sandbox.stripe.server import StripeStandIn

PROGRAM = """
import os, sys, warnings
os.environ["EVENTLET_NO_GREENDNS"] = "yes"
warnings.filterwarnings("ignore")
import eventlet
if sys.argv[2] == "green":
    eventlet.monkey_patch()
import time
from services.payments.cards import Unknown
from services.payments.stripe_gateway import StripeCards

cards = StripeCards("sk_test_green", url=sys.argv[1])

def look(number):
    try:
        cards.session(f"cs_{number}")
    except Unknown:
        return True

look(0)
started = time.monotonic()
found = list(eventlet.GreenPool(8).imap(look, range(8)))
assert found == [True] * 8, found
print(time.monotonic() - started)
"""


def took(stand_in: StripeStandIn, how: str) -> float:
    run = [sys.executable, "-c", PROGRAM, stand_in.url, how]
    return float(subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout)


def test_eight_slow_calls_wait_together() -> None:
    """Beside its negative control: without the patch they wait one after the other."""
    with StripeStandIn.start(api_key="sk_test_green") as stand_in:
        stand_in.fault("delay", path="/v1/checkout", seconds=0.25, times=None)

        green, blocking = took(stand_in, "green"), took(stand_in, "blocking")

    assert green < 1.0
    assert blocking >= 2.0
