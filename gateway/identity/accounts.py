"""Staff accounts and their tokens: the gateway's only SQL. The command line uses it too."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.email_address import address_key, usable_address
from chassis.refusal import Unavailable
from chassis.text import normalised, text_problem
from chassis.transactions.unit_of_work import is_outage
from contracts.data import Data
from contracts.fields import NAME
from contracts.values import Caller, Permission
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role, permissions_of
from gateway.identity.tables import ACCOUNT, TOKEN

PREFIX = "hms_"  # distinguishes staff tokens from guest tokens, and is known to secret scanners
SLIDES_AFTER = 0.05  # of a token's life, so that not every request writes


class Staff(Data):
    """A member of a hotel's staff."""

    id: UUID
    email: str
    name: str
    hotel: str
    role: Role
    is_superuser: bool
    active: bool

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions of the account in its hotel."""
        return permissions_of(self.role, superuser=self.is_superuser)

    @property
    def caller(self) -> Caller:
        """The account as the caller of an ask."""
        return Caller(
            kind="staff", staff_id=str(self.id), name=self.name, hotel=self.hotel, permissions=self.permissions
        )


class SignedIn(Data):
    """A new token. The database stores only the token's hash."""

    token: str
    expires_at: datetime
    staff: Staff


_VALID = (TOKEN.c.expires_at > sa.func.now(), ACCOUNT.c.active)  # of tokens
_STAFF_COLUMNS = [ACCOUNT.c[each.name] for each in fields(Staff)]


class EmailTaken(Exception):
    """Another account has the e-mail address."""


class Accounts:
    """The `StaffAccounts` in the database at `url` (`postgresql+psycopg://…`), and their administration.

    Every method raises `Unavailable` where the database is down.
    """

    def __init__(self, url: str, *, passwords: Passwords, token_life: timedelta = timedelta(hours=12)) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=3,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._passwords = passwords
        self._life = token_life

    async def close(self) -> None:
        """Close the connections to the database."""
        await self._engine.dispose()

    async def ping(self) -> None:
        await self._run(sa.text("SELECT 1"))

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
        row = {**vars(staff), "password_hash": await self._passwords.hashed(password)}
        try:
            await self._run(ACCOUNT.insert().values(row), again=False)
        except sa.exc.IntegrityError as taken:
            raise EmailTaken(staff.email) from taken
        return staff

    async def everyone(self, *, hotel: str | None = None) -> Sequence[Staff]:
        """All accounts, or those of one hotel, ordered by hotel and e-mail."""
        query = sa.select(*_STAFF_COLUMNS).order_by(ACCOUNT.c.hotel, ACCOUNT.c.email)
        if hotel:
            query = query.where(ACCOUNT.c.hotel == hotel)
        return [_staff(row) for row in await self._run(query)]

    async def get(self, staff_id: UUID) -> Staff | None:
        query = sa.select(*_STAFF_COLUMNS).where(ACCOUNT.c.id == staff_id, ACCOUNT.c.active)
        row = next(iter(await self._run(query)), None)
        return _staff(row) if row else None

    async def deactivate(self, email: str) -> bool:
        """Deactivate an account and end its tokens; returns False where the account does not exist."""
        closed = ACCOUNT.update().where(ACCOUNT.c.email == address_key(email)).values(active=False)
        closed_rows = await self._run(closed.returning(ACCOUNT.c.id))
        await self._run(TOKEN.delete().where(TOKEN.c.account_id.in_([row.id for row in closed_rows])))
        return bool(closed_rows)

    async def sign_in(self, email: str, password: str) -> SignedIn | None:
        query = sa.select(*_STAFF_COLUMNS, ACCOUNT.c.password_hash).where(ACCOUNT.c.email == address_key(email))
        row = next(iter(await self._run(query.where(ACCOUNT.c.active))), None)
        if not await self._passwords.right(password, row and row.password_hash) or row is None:
            return None
        token = PREFIX + secrets.token_urlsafe(32)
        await self._run(TOKEN.delete().where(TOKEN.c.account_id == row.id, TOKEN.c.expires_at < sa.func.now()))
        values = {"hash": _hash(token), "account_id": row.id, "expires_at": sa.func.now() + self._life}
        [made] = await self._run(TOKEN.insert().values(values).returning(TOKEN.c.expires_at), again=False)
        return SignedIn(token=token, expires_at=made.expires_at, staff=_staff(row))

    async def whose(self, token: str) -> Staff | None:
        query = (
            sa.select(*_STAFF_COLUMNS, (TOKEN.c.expires_at - sa.func.now()).label("left"))
            .join_from(TOKEN, ACCOUNT)
            .where(TOKEN.c.hash == _hash(token), *_VALID)
        )
        row = next(iter(await self._run(query)), None)
        if row is None:
            return None
        if row.left < self._life * (1 - SLIDES_AFTER):
            expires_at = sa.func.now() + self._life
            await self._run(TOKEN.update().where(TOKEN.c.hash == _hash(token)).values(expires_at=expires_at))
        return _staff(row)

    async def ended(self, tokens: Collection[str]) -> Collection[str]:
        by_hash = {_hash(token): token for token in tokens}
        valid = sa.select(TOKEN.c.hash).join_from(TOKEN, ACCOUNT).where(TOKEN.c.hash.in_(by_hash), *_VALID)
        hashes = {bytes(row.hash) for row in await self._run(valid)}
        return [token for each, token in by_hash.items() if each not in hashes]

    async def sign_out(self, token: str) -> None:
        await self._run(TOKEN.delete().where(TOKEN.c.hash == _hash(token)))

    async def _run(self, statement: sa.Executable, *, again: bool = True) -> Sequence[sa.Row[Any]]:
        """Run a statement and return the rows. With `again`, the statement runs again if its connection was stale."""
        try:
            async with self._engine.connect() as connection:
                result = await connection.execute(statement)
                return result.all() if result.returns_rows else ()
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as problem:
            if not is_outage(problem) and not isinstance(problem, OSError):
                raise
            if again and isinstance(problem, sa.exc.DBAPIError) and problem.connection_invalidated:
                return await self._run(statement, again=False)
            raise Unavailable(f"the staff accounts cannot be reached: {type(problem).__name__}") from problem


def _name(text: str) -> str:
    name = normalised(text.strip())
    if problem := text_problem(name, NAME):
        raise ValueError(f"a name {problem}")
    return name


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _staff(row: Any) -> Staff:
    values = {column.name: getattr(row, column.name) for column in _STAFF_COLUMNS}
    return Staff(**values | {"role": Role(row.role)})
