"""The staff accounts on a real PostgreSQL, driven from synchronous tests."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from argon2 import PasswordHasher

from chassis.settings import with_driver
from gateway.identity.accounts import Accounts, Client, Staff
from gateway.identity.administration import Administration
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role

T = TypeVar("T")

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "right horse battery"
NORA = {"email": "Nora@Example.com", "password": PASSWORD, "name": "Nora Clerk", "hotel": "hotel-killarney"}
EMAIL = "nora@example.com"


class Desk:
    """The accounts as the gateway and as the command line use them, and the database behind them."""

    def __init__(
        self,
        url: str,
        *,
        life: timedelta = timedelta(hours=12),
        longest: timedelta = timedelta(days=7),
        throttle: bool = False,
        kept_for: timedelta = timedelta(0),
        passwords: Passwords | None = None,
    ) -> None:
        self.url = url
        self._runner = asyncio.Runner()
        self._runner.run(asyncio.sleep(0))
        passwords = passwords or Passwords(QUICK)
        self.accounts = Accounts(
            with_driver(url, "psycopg"),
            passwords=passwords,
            token_life=life,
            token_longest=longest,
            throttle=throttle,
            token_kept_for=kept_for,
        )
        self.administration = Administration(with_driver(url, "psycopg"), passwords=passwords)

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self._runner.run(awaited())

    def add(self, **changes: Any) -> Staff:
        return self.run(self.administration.add(**{**NORA, "role": Role.FRONT_DESK, **changes}))

    def token(self, password: str = PASSWORD) -> str:
        signed_in = self.run(self.accounts.sign_in(EMAIL, password))
        assert signed_in is not None
        return signed_in.token

    def fails(self, email: str = EMAIL, *, client: Client = Client()) -> None:  # noqa: B008
        assert self.run(self.accounts.sign_in(email, "wrong horse battery", client=client)) is None

    def is_valid(self, token: str) -> bool:
        return self.run(self.accounts.whose(token)) is not None

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            result = connection.execute(statement)
            return result.fetchall() if result.description else []

    def close(self) -> None:
        self.run(self.accounts.close())
        self.run(self.administration.close())
        self._runner.close()
