"""Under green threads, a slow call to the provider does not block the rest of the process."""

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
from services.payments.cards import UnknownObject
from services.payments.stripe_gateway.cards import StripeCards

cards = StripeCards("sk_test_green", url=sys.argv[1])

def read_session(number):
    try:
        cards.session(f"cs_{number}")
    except UnknownObject:
        return True

read_session(0)
started = time.monotonic()
answers = list(eventlet.GreenPool(8).imap(read_session, range(8)))
assert answers == [True] * 8, answers
print(time.monotonic() - started)
"""


def took(stand_in: StripeStandIn, how: str) -> float:
    run = [sys.executable, "-c", PROGRAM, stand_in.url, how]
    return float(subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout)


def test_eight_slow_calls_wait_concurrently() -> None:
    """With the negative control: without the monkey patch the calls wait one after the other."""
    with StripeStandIn.start(api_key="sk_test_green") as stand_in:
        stand_in.fault("delay", path="/v1/checkout", seconds=0.25, times=None)

        green, blocking = took(stand_in, "green"), took(stand_in, "blocking")

    assert green < 1.0
    assert blocking >= 2.0
