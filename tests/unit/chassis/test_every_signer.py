"""With the keys of any one process nobody else is spoken for: no ask, caller or event of another is believed.

Each process tries every key that it has, its own and those with which it verifies others, as every asker and for every
kind of caller, at every other service. The negative control is the same service without keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from chassis import codec
from chassis.messaging import ask_protocol
from chassis.messaging.ask_verification import AskRefused, AskVerifier
from chassis.messaging.keys import Keyring, keys_of, relay_keys
from chassis.messaging.signatures import (
    ASKER,
    DEADLINE,
    SIGNATURE,
    SIGNATURES,
    ask_content,
    caller_content,
    event_problem,
    sign_event,
)
from contracts.askers import ASKS, EVERY_SERVICE, GATEWAY, may_ask
from contracts.bookings.amendments import BookingAmended
from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from contracts.message import Envelope
from contracts.values import SYSTEM as BY_SYSTEM
from contracts.values import Caller, Permission

MASTER = "the master key of this test"
CALLERS = {
    "the system": Caller(kind="system"),
    "staff": Caller(kind="staff", staff_id="7", name="Nora", hotel="h", permissions=frozenset(Permission)),
    "a guest": Caller(kind="guest", guest_token="t"),
    "nobody": Caller(),
}
FAR = 2**42  # milliseconds


@dataclass(frozen=True)
class Claim:
    """What an ask says of itself: who asks which service what, and for whom."""

    asker: str
    service: str
    method: str
    caller: str

    def is_true_for(self, user: str) -> bool:
        """Whether a process of this kind may say so."""
        if self.asker != user or not may_ask(user, self.service, self.method):
            return False
        if self.caller == "the system":
            return user != GATEWAY or self.method in ASKS[GATEWAY][EVERY_SERVICE]
        return self.caller == "nobody" or user == GATEWAY


def claims(user: str) -> Iterator[Claim]:
    """Every claim at every other service, with one ask of each asker and one that nobody may send."""
    for service in OWNERS:
        if service == user:
            continue
        rows = [row.get(each, ()) for row in ASKS.values() for each in (service, EVERY_SERVICE)]
        methods = sorted({row[0] for row in rows if row} | {"NoSuchAsk"})
        yield from (Claim(*each) for each in product(ASKS, [service], methods, CALLERS))


def keys(user: str) -> list[Keyring]:
    """Each key of the process, as one with which anything can be signed for anybody."""
    texts = sorted({entry.split(":")[2] for entry in keys_of(user, [MASTER]).split(",") if entry})
    return [_Anybodys(text) for text in texts]


class _Anybodys(Keyring):
    def __init__(self, key: str) -> None:
        super().__init__("anybody")
        self._key = bytes.fromhex(key)

    def __bool__(self) -> bool:
        return True

    def sign(self, verifier: str, content: bytes) -> str:
        self._signing[verifier] = self._key
        return super().sign(verifier, content)


def is_believed(verifier: AskVerifier, claim: Claim, key: Keyring) -> bool:
    """Whether the service believes the claim in an ask, and in its voucher, that this key signs."""
    caller = codec.plain(CALLERS[claim.caller])
    voucher = key.sign(claim.service, caller_content(claim.service, caller, "r", FAR))
    context: dict[str, Any] = {"caller": caller, "request_id": "r", "vouchers": {claim.service: f"{FAR}:{voucher}"}}
    body = codec.encode({"kwargs": {"message": {}, "context": context}})
    properties = ask_protocol.ask_properties(f"{claim}{id(key)}", reply_to="reply.x", deadline=60)
    assert properties.headers[DEADLINE]
    content = ask_content(claim.asker, claim.service, claim.method, properties, body)
    properties.headers |= {ASKER: claim.asker, SIGNATURE: key.sign(claim.service, content)}
    try:
        verifier.verify_caller(verifier.verify(claim.method, properties, body), claim.method, context)
    except AskRefused:
        return False
    return True


def verifiers(*, with_keys: bool) -> dict[str, AskVerifier]:
    return {
        service: AskVerifier(Keyring(service, keys_of(service, [MASTER]) if with_keys else "")) for service in OWNERS
    }


@pytest.mark.parametrize("user", ASKS)
def test_a_process_is_believed_only_as_itself_and_for_the_callers_that_it_may_name(user: str) -> None:
    services = verifiers(with_keys=True)
    believed = {
        each for each in claims(user) if any(is_believed(services[each.service], each, key) for key in keys(user))
    }

    assert believed == {each for each in claims(user) if each.is_true_for(user)}


@pytest.mark.parametrize("user", ASKS)
def test_every_claim_is_believed_where_the_service_does_not_verify(user: str) -> None:
    services = verifiers(with_keys=False)
    believed = {
        each for each in claims(user) if any(is_believed(services[each.service], each, key) for key in keys(user))
    }

    assert believed == set(claims(user))
    assert len({each for each in believed if not each.is_true_for(user)}) > 100


def envelope(source: str) -> Envelope:
    event = BookingAmended(booking_id="BK-1", hotel="h", fields=("made up",), by=BY_SYSTEM)
    return Envelope(
        id="00000000-0000-0000-0000-000000000001", source=source, type=f"{source}.MadeUp.v1", subject="BK-1",
        time=datetime(2026, 7, 1, 12, tzinfo=UTC), sequence=1, hotel="h", data=codec.plain(event), dataschema="",
    )  # fmt: skip


def heard(user: str, *, verified: bool) -> set[tuple[str, str]]:
    """The owners and subscribers between whom an event that this process makes up is believed."""
    believed = set[tuple[str, str]]()
    for service, owners in SUBSCRIPTIONS.items():
        for owner in (each for each in owners if user not in (service, each)):
            body = codec.encode(envelope(owner))
            keyring = Keyring(service, keys_of(service, [MASTER]) if verified else "")
            for key in keys(user):
                headers = {SIGNATURES: sign_event(key, envelope(owner), body)}
                if not event_problem(keyring, envelope(owner), headers, body):
                    believed.add((owner, service))
    return believed


@pytest.mark.parametrize("user", ASKS)
def test_a_process_makes_up_no_event_of_another(user: str) -> None:
    foreign = {
        (owner, service)
        for service, owners in SUBSCRIPTIONS.items()
        for owner in owners
        if user not in (service, owner)
    }

    assert heard(user, verified=False) == foreign  # the negative control
    assert heard(user, verified=True) == set()


def test_the_owners_own_relay_is_believed() -> None:
    body = codec.encode(envelope("bookings"))
    signed = sign_event(Keyring("bookings", relay_keys("bookings", [MASTER])), envelope("bookings"), body)

    assert (
        event_problem(Keyring("rooms", keys_of("rooms", [MASTER])), envelope("bookings"), {SIGNATURES: signed}, body)
        == ""
    )
