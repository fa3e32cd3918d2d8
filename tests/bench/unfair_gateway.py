"""The gateway without what protects a right sign-in from a flood: all wait in order of arrival, for dear hashes."""

from argon2 import PasswordHasher

from gateway.__main__ import main
from gateway.identity import passwords
from gateway.identity.fair_pool import FairPool

if __name__ == "__main__":
    plain = PasswordHasher()  # argon2's own defaults
    passwords.MEMORY_KIB, passwords.PASSES, passwords.LANES = plain.memory_cost, plain.time_cost, plain.parallelism
    FairPool._choose = lambda self: next(iter(self._waiting))  # type: ignore[method-assign]
    FairPool._admit = lambda *_: None  # type: ignore[method-assign]
    main()
