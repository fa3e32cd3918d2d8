"""Passwords: argon2id, off the event loop. A check takes as long for an unknown account as for a known one."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.text import normalised
from contracts.fields import PASSWORD

AT_ONCE = 2


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("no account has this password")


class Passwords:
    """Hashes and checks passwords in composed form (NFC), so that a password is the same from every keyboard.

    At most two computations run at once, which leaves CPU time to other requests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        """Hash a password for storage; raises `ValueError` where the password is too short or too long."""
        password = normalised(password)
        if not PASSWORD.least <= len(password) <= PASSWORD.most:
            raise ValueError(f"a password has {PASSWORD.least} to {PASSWORD.most} characters")
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def right(self, password: str, stored: str | None) -> bool:
        """Whether the password matches the stored hash. Without a stored hash, returns False after the same time."""
        async with self._room:
            return await asyncio.to_thread(self._check, password, stored)

    def _check(self, password: str, stored: str | None) -> bool:
        try:
            return self._hasher.verify(stored or _nobody(self._hasher), normalised(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False
