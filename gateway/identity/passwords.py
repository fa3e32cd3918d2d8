"""Passwords: which may be chosen, and their argon2id hashes, computed off the event loop.

A check takes as long for an unknown account as for a known one.
"""

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.text import normalised
from contracts.fields import PASSWORD
from gateway.identity.fair_pool import FairPool

AT_ONCE = 2
# The minimum of OWASP's cheat sheet of password storage: one lane each, so that two computations at once leave CPU time
# to other requests, and 100 of them are done within 3 seconds.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
COMMON = Path(__file__).with_name("common-passwords.txt.gz")  # one to a line, in lower case, most common first
_AT_ITS_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPEATED = re.compile(r"(.+?)\1+")
_SHORTEST = 4  # what is left of a password is compared from this length on


class PasswordTurn:
    """The computations of one client, who has waited for them."""

    def __init__(self, hasher: PasswordHasher, pool: FairPool, network: str) -> None:
        self._hasher = hasher
        self._pool = pool
        self._network = network

    async def hashed(self, password: str) -> str:
        """Hash a password for storage; raises `ValueError` where the password may not be chosen."""
        return await self._pool.compute(lambda: self._hashed(password))

    async def right(self, password: str, stored: str | None) -> bool:
        """Whether the password matches the stored hash. Without a stored hash, returns False after the same time."""
        right = await self._pool.compute(lambda: self._check(password, stored))
        if right:
            self._pool.forgive(self._network)
        return right

    async def renewed(self, password: str, stored: str) -> str | None:
        """The right password's hash with today's parameters, where the stored hash has others."""
        if not self._hasher.check_needs_rehash(stored):
            return None
        return await self._pool.compute(lambda: self._hasher.hash(normalised(password)))

    def _hashed(self, password: str) -> str:
        password = normalised(password)
        if problem := password_problem(password):
            raise ValueError(f"a password {problem}")
        return self._hasher.hash(password)

    def _check(self, password: str, stored: str | None) -> bool:
        try:
            return self._hasher.verify(stored or _nobody(self._hasher), normalised(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


class Passwords:
    """Hashes and checks passwords in composed form (NFC), so that a password is the same from every keyboard.

    At most two clients have a turn at once, which leaves CPU time to other requests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._pool = FairPool(AT_ONCE)

    async def prepare(self) -> None:
        """Compute what the first check needs, so that the first check takes no longer than the others."""
        await self._pool.compute(lambda: _nobody(self._hasher))

    @asynccontextmanager
    async def turn(self, network: str = "") -> AsyncIterator[PasswordTurn]:
        """Wait for a turn of the client's network (`FairPool.turn`), before the client costs anything."""
        async with self._pool.turn(network):
            yield PasswordTurn(self._hasher, self._pool, network)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("no account has this password")


def password_problem(password: str) -> str | None:
    """Why the password may not be chosen, as the rest of a sentence about it; None where it may be.

    A common password is refused in any case, repeated, and with digits and signs at its ends, too.
    """
    if not PASSWORD.least <= len(password) <= PASSWORD.most:
        return f"has {PASSWORD.least} to {PASSWORD.most} characters"
    lower = password.lower()
    word = _AT_ITS_ENDS.sub("", lower)
    variants = {each for each in (lower, word, _once(lower), _once(word)) if len(each) >= _SHORTEST}
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        if any(line.rstrip("\n") in variants for line in lines):
            return "must not be a common one, not even repeated or with digits and signs at its ends"
    return None


def _once(text: str) -> str:
    repeated = _REPEATED.fullmatch(text)
    return repeated[1] if repeated else text
