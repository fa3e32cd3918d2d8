"""What protects the system, and what that costs: the system as it is, beside the same system unprotected."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.stack.stack import Stack
from tests.bench.calls import book, login
from tests.bench.filling import fill_hotels, owner_url
from tests.bench.harness import Comparison, Measured, Together
from tests.bench.http_load import Request, load
from tests.bench.login_flood import BOOK, SIGN_IN, WORK, LoginFlood
from tests.bench.unprotected import ENVIRONMENT, UNPROTECTED, UnprotectedStack, cpu_of

READS = 1_500
PRICE = 0.0002  # seconds that signatures and permissions may cost per ask: 0.1 ms for the ask, and for its reply
GUARDED, BARE = "as it is", "unprotected"
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
            fill_hotels(owner_url(each, "rooms"), 1)
        reads = Together(_reads_of(stack, bare))
        yield Comparison(
            name="protection: read a booking, CPU of all processes",
            thing=partial(reads.measured, GUARDED),
            yardstick=partial(reads.measured, BARE),
            against="nothing signed, one administrator, and 0.2 ms",
            goal=1,
        )
        flood, unfair = Together(_flood(stack).run), Together(_flood(bare).run)
        for what, longest in LONGEST.items():
            yield Comparison(
                name=f"protection: {what} during 150 wrong sign-ins at once",
                thing=partial(flood.measured, what),
                yardstick=partial(unfair.measured, what),
                against="without fair turns, argon2's own cost",
                p99=longest,
            )


def _reads_of(stack: Stack, bare: Stack) -> Callable[[], dict[str, Measured]]:
    """Rounds of reads, one ask each, at both systems at the same time, in CPU time of all their processes."""
    guarded, unprotected = _reads(stack), _reads(bare)

    def measure() -> dict[str, Measured]:
        before = cpu_of(stack), cpu_of(bare)
        with ThreadPoolExecutor() as threads:
            for done in [threads.submit(guarded), threads.submit(unprotected)]:
                done.result()
        seconds = cpu_of(stack) - before[0], cpu_of(bare) - before[1]
        return {GUARDED: Measured(READS, seconds[0]), BARE: Measured(READS, seconds[1] + READS * PRICE)}

    return measure


def _reads(stack: Stack) -> Callable[[], Measured]:
    gateway = stack.stack_json["gateway"]
    booking_id, token = book(gateway, "bench-1", "T1")
    path = f"/api/public/hotels/bench-1/room-bookings/{booking_id}/"
    request = Request("GET", path, (("Authorization", f"Bearer {token}"),))
    expected = f'"booking_id":"{booking_id}"'.encode()
    is_right: Callable[[int, bytes], bool] = lambda status, body: status == 200 and expected in body  # noqa: E731
    return lambda: load(gateway, lambda _: request, is_right, clients=4, requests=READS)


def _flood(stack: Stack) -> LoginFlood:
    gateway = stack.stack_json["gateway"]
    account = next(member for member in stack.stack_json["staff"] if member["role"] == "front_desk")
    return LoginFlood(gateway=gateway, account=account, staff_token=login(gateway, account))
