"""The keys with which messages are signed: one for each ordered pair of a signer and a verifier.

`python -m chassis.messaging.keys` derives the keys from MESSAGE_MASTER_KEYS and prints them as lines for `.env`: for
each kind of process the keys with which that process signs and verifies, and for the relay those with which it signs.
MESSAGE_MASTER_KEYS is a list: messages are signed with the first key, and verified with each. No running process has
it.
"""

import argparse
import hmac
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from chassis.messaging.permissions import FOLLOWS
from chassis.settings import environment_faults, refusal
from contracts.askers import ASKS, asks_any
from contracts.catalogue import ASKED, OWNERS, SUBSCRIPTIONS

MASTER = "MESSAGE_MASTER_KEYS"
LEAST = 64  # hexadecimal digits of a key: 256 bits


class Keyring:
    """The keys of one kind of process. Without any key, which only a demo permits, nothing is signed or verified."""

    def __init__(self, user: str, text: str = "") -> None:
        """Read the keys of `user` from `signer:verifier:key` entries. Raises `ValueError` for any other text."""
        self.user = user
        self._signing: dict[str, bytes] = {}
        verifying: defaultdict[str, list[bytes]] = defaultdict(list)
        for entry in filter(None, (part.strip() for part in text.split(","))):
            signer, verifier, key = _read(entry)
            if signer == user:
                self._signing.setdefault(verifier, key)
            if verifier == user:
                verifying[signer].append(key)
        self._verifying = dict(verifying)

    def __bool__(self) -> bool:
        return bool(self._signing or self._verifying)

    def sign(self, verifier: str, content: bytes) -> str:
        """The signature of the content for this verifier; empty without a key for the verifier."""
        key = self._signing.get(verifier)
        return hmac.digest(key, content, "sha256").hex() if key else ""

    def verify(self, signer: str, content: bytes, signature: str) -> bool:
        """Whether the signer made this signature of the content for this process."""
        given = signature.encode()
        keys = self._verifying.get(signer, ())
        return any(hmac.compare_digest(hmac.digest(key, content, "sha256").hex().encode(), given) for key in keys)


def _read(entry: str) -> tuple[str, str, bytes]:
    signer, _, rest = entry.partition(":")
    verifier, _, key = rest.partition(":")
    try:
        secret = bytes.fromhex(key)
    except ValueError:
        secret = b""
    if signer not in ASKS or verifier not in ASKS or len(key) < LEAST or not secret:
        raise ValueError("an entry is not SIGNER:VERIFIER:KEY with a key of at least 64 hexadecimal digits")
    return signer, verifier, secret


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Every signer and verifier of asks and events."""
    asking = {(asker, service) for asker in ASKS for service in ASKED if asks_any(asker, service)}
    hearing = {(owner, service) for service, owners in SUBSCRIPTIONS.items() for owner in owners}
    following = {(owner, user) for user, owners in FOLLOWS.items() for owner in owners}
    return tuple(sorted(asking | hearing | following))


@cache
def audiences(owner: str) -> tuple[str, ...]:
    """Who verifies the events of this owner."""
    subscribers = {service for service, owners in SUBSCRIPTIONS.items() if owner in owners}
    return tuple(sorted(subscribers | {user for user, owners in FOLLOWS.items() if owner in owners}))


def derived(master: str, signer: str, verifier: str) -> str:
    """The key of a pair, as hexadecimal digits."""
    return hmac.digest(master.encode(), f"{signer}→{verifier}".encode(), "sha256").hex()


def keys_of(user: str, masters: Iterable[str]) -> str:
    """The keys with which this kind of process signs and verifies, as one setting."""
    ours = [pair for pair in pairs() if user in pair]
    return _entries(ours, masters)


def relay_keys(owner: str, masters: Iterable[str]) -> str:
    """The keys with which the relay signs the events of this owner."""
    return _entries([(owner, audience) for audience in audiences(owner)], list(masters)[:1])


def _entries(chosen: Iterable[tuple[str, str]], masters: Iterable[str]) -> str:
    rows = [(master, *pair) for master in masters for pair in chosen]
    return ",".join(f"{signer}:{verifier}:{derived(master, signer, verifier)}" for master, signer, verifier in rows)


def masters_from_environment() -> list[str]:
    """The master keys, newest first. Exits where production refuses them."""
    if sentences := environment_faults([MASTER]):
        raise SystemExit(refusal(sentences))
    return [part.strip() for part in os.environ.get(MASTER, "").split(",") if part.strip()]


def variables(masters: list[str]) -> Iterator[tuple[str, str]]:
    """The variables of all kinds of processes, and of the relay, with their values."""
    for user in ASKS:
        yield f"{user.upper()}_MESSAGE_KEYS", keys_of(user, masters)
    for owner in OWNERS:
        yield f"{owner.upper()}_RELAY_MESSAGE_KEYS", relay_keys(owner, masters)


def main() -> None:
    """Print the keys of all processes."""
    formatter = argparse.RawDescriptionHelpFormatter
    prog = "python -m chassis.messaging.keys"
    argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=formatter).parse_args()
    masters = masters_from_environment()
    if not masters:
        raise SystemExit(f"{MASTER} is not set")
    sys.stdout.writelines(f"{name}={value}\n" for name, value in variables(masters))


if __name__ == "__main__":
    main()
