"""Staff accounts as an operator administers them on the command line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio.engine import AsyncConnection

from chassis.email_address import address_key, usable_address
from chassis.text import normalised, text_problem
from contracts.data import Data
from contracts.fields import NAME
from gateway.identity.accounts import STAFF_COLUMNS, Staff, staff_of
from gateway.identity.audit import AccountEvent, audit_row
from gateway.identity.database import AccountsDatabase
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role
from gateway.identity.sessions import end_tokens, set_password
from gateway.identity.tables import ACCOUNT


class EmailTaken(Exception):
    """Another account has the e-mail address."""


class NoSuchAccount(Exception):
    """No account has the e-mail address; or, where the account must be active, the account is closed."""


class TokensEnded(Data):
    """An account whose tokens ended, with the number of those that were valid."""

    staff: Staff
    tokens: int


class Administration:
    """The accounts in the database at `url` (`postgresql+psycopg://…`). Raises `Unavailable` where it is down."""

    def __init__(self, url: str, *, passwords: Passwords) -> None:
        self._database = AccountsDatabase(url)
        self._passwords = passwords

    async def close(self) -> None:
        """Close the connections to the database."""
        await self._database.close()

    async def add(
        self, *, email: str, password: str, name: str, hotel: str, role: Role, is_superuser: bool = False
    ) -> Staff:
        """Add an account; raises `EmailTaken`, or `ValueError` for an unusable address, name or password."""
        staff = Staff(
            id=uuid4(),
            email=usable_address(email).lower(),
            name=_name(name),
            hotel=hotel,
            role=role,
            is_superuser=is_superuser,
            active=True,
        )
        async with self._passwords.turn() as turn:
            row = {**vars(staff), "password_hash": await turn.hashed(password)}
        try:
            async with self._database.transaction() as connection:
                await connection.execute(ACCOUNT.insert().values(row))
                await connection.execute(audit_row(AccountEvent.ADDED, account_id=staff.id))
        except sa.exc.IntegrityError as taken:
            raise EmailTaken(staff.email) from taken
        return staff

    async def everyone(self, *, hotel: str | None = None) -> Sequence[Staff]:
        """All accounts, or those of one hotel, ordered by hotel and e-mail."""
        query = sa.select(*STAFF_COLUMNS).order_by(ACCOUNT.c.hotel, ACCOUNT.c.email)
        if hotel:
            query = query.where(ACCOUNT.c.hotel == hotel)
        return [staff_of(row) for row in await self._database.run(query)]

    async def find(self, email: str) -> Staff:
        """The account with this address, active or closed; raises `NoSuchAccount`."""
        row = await self._database.first(sa.select(*STAFF_COLUMNS).where(ACCOUNT.c.email == address_key(email)))
        if row is None:
            raise NoSuchAccount(email)
        return staff_of(row)

    async def has_password(self, email: str, password: str) -> bool:
        """Whether this is the password of an active account."""
        query = sa.select(ACCOUNT.c.password_hash).where(ACCOUNT.c.email == address_key(email), ACCOUNT.c.active)
        row = await self._database.first(query)
        async with self._passwords.turn() as turn:
            return await turn.right(password, row and row.password_hash)

    async def deactivate(self, email: str) -> TokensEnded:
        """Close an account and end its tokens; raises `NoSuchAccount`. A closed account is closed again."""
        async with self._locked(email) as (connection, staff):
            await connection.execute(ACCOUNT.update().where(ACCOUNT.c.id == staff.id).values(active=False))
            tokens = await end_tokens(connection, staff.id)
            await connection.execute(audit_row(AccountEvent.CLOSED, account_id=staff.id))
            return TokensEnded(staff=replace(staff, active=False), tokens=tokens)

    async def reset_password(self, email: str, password: str) -> TokensEnded:
        """Set the password of an active account and end its tokens.

        Raises `NoSuchAccount`, and `ValueError` where the password may not be chosen.
        """
        async with self._passwords.turn() as turn:
            hashed = await turn.hashed(password)
        async with self._locked(email, active=True) as (connection, staff):
            tokens = await set_password(connection, staff.id, hashed)
            await connection.execute(audit_row(AccountEvent.PASSWORD_RESET, account_id=staff.id))
            return TokensEnded(staff=staff, tokens=tokens)

    async def sign_out_everywhere(self, email: str) -> TokensEnded:
        """End every token of an account; raises `NoSuchAccount`."""
        async with self._locked(email) as (connection, staff):
            tokens = await end_tokens(connection, staff.id)
            await connection.execute(audit_row(AccountEvent.SIGNED_OUT_EVERYWHERE, account_id=staff.id))
            return TokensEnded(staff=staff, tokens=tokens)

    @asynccontextmanager
    async def _locked(self, email: str, *, active: bool = False) -> AsyncIterator[tuple[AsyncConnection, Staff]]:
        query = sa.select(*STAFF_COLUMNS).where(ACCOUNT.c.email == address_key(email))
        if active:
            query = query.where(ACCOUNT.c.active)
        async with self._database.transaction() as connection:
            row: Any = (await connection.execute(query.with_for_update(key_share=True))).first()
            if row is None:
                raise NoSuchAccount(email)
            yield connection, staff_of(row)


def _name(text: str) -> str:
    name = normalised(text.strip())
    if problem := text_problem(name, NAME):
        raise ValueError(f"a name {problem}")
    return name
