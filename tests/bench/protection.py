"""What protects the system, and what that costs: the system as it is, beside the same system unprotected."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.stack.stack import Stack
from tests.bench.calls import book, call
from tests.bench.filling import fill_hotels
from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, load
from tests.bench.login_flood import BOOK, SIGN_IN, WORK, LoginFlood
from tests.bench.unprotected import ENVIRONMENT, UNPROTECTED, UnprotectedStack, cpu_of

READS = 1_500
PRICE = 0.0001  # seconds that signatures and permissions may cost per ask
LONGEST = {SIGN_IN: 3_000, BOOK: 1_000, WORK: 1_000}  # milliseconds


def protection() -> Iterator[Comparison]:
    """The rows, on two systems at once."""
    with ExitStack() as things:
        directory = Path(things.enter_context(TemporaryDirectory(prefix="hotelmate-bench-")))
        stack = things.enter_context(Stack.start(directory / "run", env=ENVIRONMENT))
        bare = things.enter_context(
            UnprotectedStack.start(directory / "bare", env=ENVIRONMENT, commands=UNPROTECTED),
        )
        for each in (stack, bare):
            fill_hotels(each.stack_json["databases"]["rooms"], 1)
        yield Comparison(
            name="protection: read a booking, CPU of all processes",
            thing=_reads(stack, price=0),
            yardstick=_reads(bare, price=PRICE),
            against="nothing signed, one administrator, and 0.1 ms",
            goal=1,
        )
        flood, unfair = _flood(stack), _flood(bare)
        for what, longest in LONGEST.items():
            yield Comparison(
                name=f"protection: {what} during 150 wrong sign-ins at once",
                thing=partial(flood.measured, what),
                yardstick=partial(unfair.measured, what),
                against="without fair turns, argon2's own cost",
                p99=longest,
            )


def _reads(stack: Stack, *, price: float) -> Callable[[], Measured]:
    """Rounds of one ask each over HTTP, in CPU time. `price` is added to the time of each."""
    gateway = stack.stack_json["gateway"]
    booking_id, token = book(gateway, "bench-1", "T1")
    path = f"/api/public/hotels/bench-1/room-bookings/{booking_id}/"
    request = Request("GET", path, (("Authorization", f"Bearer {token}"),))
    expected = f'"booking_id":"{booking_id}"'.encode()

    def measure() -> Measured:
        before = cpu_of(stack)
        load(
            gateway,
            lambda _: request,
            lambda status, body: status == 200 and expected in body,
            clients=8,
            requests=READS,
        )
        return Measured(READS, cpu_of(stack) - before + READS * price)

    return measure


def _flood(stack: Stack) -> LoginFlood:
    gateway = stack.stack_json["gateway"]
    account = next(member for member in stack.stack_json["staff"] if member["role"] == "front_desk")
    login = call(f"{gateway}/api/staff/login/", {"email": account["email"], "password": account["password"]})
    return LoginFlood(gateway=gateway, account=account, staff_token=login["token"])
