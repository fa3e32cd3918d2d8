"""What signing costs per ask: an ask with 0.1 ms of other work beside the same ask unsigned, in CPU time."""

import hmac
import time
from collections.abc import Callable, Iterator
from itertools import count

from chassis import codec
from chassis.messaging import ask_protocol
from chassis.messaging.ask_verification import AskVerifier
from chassis.messaging.keys import Keyring, derived, keys_of
from chassis.messaging.signatures import sign_ask, vouched
from contracts.bookings.queries import GetBooking
from contracts.values import Caller, Context, Permission
from tests.bench.harness import Comparison, Measured

ASKS, MASTER, PRICE = 2_000, "the master key of the benchmark", 0.0001
STAFF = Context(
    caller=Caller(kind="staff", staff_id="7", name="Aoife", hotel="h", permissions=frozenset(Permission)),
    request_id="a-request",
)
BODY = ask_protocol.ask_body(GetBooking(hotel="h", booking_id="BK-2026-ABCD2345"), STAFF)


def signing() -> Iterator[Comparison]:
    """The gateway's ask to bookings, encoded and decoded; the signature and the vouchers may cost 0.1 ms."""
    yield Comparison(
        name="signing: an ask of the gateway, CPU",
        thing=_asks(signed=True, price=0),
        yardstick=_asks(signed=False, price=PRICE),
        against="the same unsigned, and 0.1 ms",
        goal=1,
    )
    yield Comparison(
        name="signing: sign and verify one ask, CPU",
        thing=_signatures,
        yardstick=_hmacs,
        against="two HMACs of the standard library",
        goal=0.25,
    )


def _signatures() -> Measured:
    """Sign asks, and verify them as their service does, with its limits on deadlines, askers and message ids."""
    gateway = Keyring("gateway", keys_of("gateway", [MASTER]))
    verifier = AskVerifier(Keyring("bookings", keys_of("bookings", [MASTER])))
    asks = [
        ask_protocol.ask_properties(f"id {number}", reply_to="reply.gateway.x", deadline=60) for number in range(ASKS)
    ]
    started = time.process_time()
    for properties in asks:
        sign_ask(gateway, "bookings", "GetBooking", properties, BODY)
        verifier.verify("GetBooking", properties, BODY)
    return Measured(ASKS, time.process_time() - started)


def _hmacs() -> Measured:
    """Two HMACs of the standard library over the same body, and their comparison."""
    key = bytes.fromhex(derived(MASTER, "gateway", "bookings"))
    started = time.process_time()
    for _ in range(ASKS):
        signature = hmac.digest(key, BODY, "sha256")
        assert hmac.compare_digest(hmac.digest(key, BODY, "sha256"), signature)
    return Measured(ASKS, time.process_time() - started)


def _asks(*, signed: bool, price: float) -> Callable[[], Measured]:
    """Rounds of asks from the gateway to bookings. `price` is added to the time of each ask."""
    gateway = Keyring("gateway", keys_of("gateway", [MASTER]) if signed else "")
    verifier = AskVerifier(Keyring("bookings", keys_of("bookings", [MASTER]) if signed else ""))
    query, numbers = GetBooking(hotel="h", booking_id="BK-2026-ABCD2345"), count()

    def measure() -> Measured:
        started = time.process_time()
        for _ in range(ASKS):
            body = ask_protocol.ask_body(query, vouched(gateway, "bookings", STAFF, deadline=5))
            properties = ask_protocol.ask_properties(str(next(numbers)), reply_to="reply.gateway.x", deadline=5)
            sign_ask(gateway, "bookings", "GetBooking", properties, body)
            asker = verifier.verify("GetBooking", properties, body)
            verifier.verify_caller(asker, "GetBooking", codec.decode(body)["kwargs"]["context"])
        return Measured(ASKS, time.process_time() - started + ASKS * price)

    return measure
