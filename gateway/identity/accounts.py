"""Staff accounts as the gateway uses them: sign-in, tokens, and a member of staff's own password."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import field, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database.arrays import one_of
from chassis.email_address import address_key
from chassis.ttl_cache import TtlCache
from contracts.data import Data
from contracts.values import Caller, Permission
from gateway.identity.audit import AccountEvent, audit_row
from gateway.identity.database import AccountsDatabase
from gateway.identity.passwords import Passwords, PasswordTurn
from gateway.identity.roles import Role, permissions_of
from gateway.identity.sessions import add_device, hash_of, issue_token, lock_unchanged, set_password
from gateway.identity.tables import ACCOUNT, DEVICE, TOKEN
from gateway.identity.throttle import Throttle

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
    """A new token, and the secret of a device that signs in for the first time. The database stores only hashes."""

    token: str
    expires_at: datetime
    staff: Staff
    device: str | None = None


class Client(Data):
    """The sender of a request that proves an identity: its network (`network_of`), and its device's secret."""

    network: str = ""
    device: str = field(default="", repr=False)


UNKNOWN_CLIENT = Client()
_VALID = (TOKEN.c.expires_at > sa.func.now(), ACCOUNT.c.active)  # of tokens
STAFF_COLUMNS = [ACCOUNT.c[each.name] for each in fields(Staff)]


class Accounts:
    """The `StaffAccounts` in the database at `url` (`postgresql+psycopg://…`).

    An unused token is valid for `token_life`; use extends the token up to `token_longest` after its sign-in. With
    `throttle`, failed attempts at an account are limited. A valid token is taken for `token_kept_for` without another
    look, also where it ends at another gateway meanwhile: everywhere it has to end within 5 s. Every method raises
    `Unavailable` where the database is down.
    """

    def __init__(
        self,
        url: str,
        *,
        passwords: Passwords,
        token_life: timedelta = timedelta(hours=12),
        token_longest: timedelta = timedelta(days=7),
        throttle: bool = False,
        token_kept_for: timedelta = timedelta(seconds=2),
    ) -> None:
        self._database = AccountsDatabase(url)
        self._passwords = passwords
        self._life = min(token_life, token_longest)
        self._longest = token_longest
        self._throttle = Throttle(self._database, on=throttle)
        self._by_token: TtlCache[bytes, Staff] = TtlCache(token_kept_for.total_seconds())

    async def close(self) -> None:
        """Close the connections to the database."""
        await self._database.close()

    async def ping(self) -> None:
        await self._database.run(sa.text("SELECT 1"))

    async def get(self, staff_id: UUID) -> Staff | None:
        row = await self._database.first(sa.select(*STAFF_COLUMNS).where(ACCOUNT.c.id == staff_id, ACCOUNT.c.active))
        return staff_of(row) if row else None

    async def names(self, hotel: str, staff_ids: Collection[str]) -> Mapping[str, str]:
        ids = sa.cast(ACCOUNT.c.id, sa.Text)
        query = sa.select(ids.label("id"), ACCOUNT.c.name).where(ACCOUNT.c.hotel == hotel, one_of(ids, staff_ids))
        return {row.id: row.name for row in await self._database.run(query)}

    async def whose(self, token: str) -> Staff | None:
        key = hash_of(token)
        if staff := self._by_token.get([key]).get(key):
            return staff
        postponable = sa.and_(
            TOKEN.c.expires_at < TOKEN.c.ends_at,
            TOKEN.c.expires_at < sa.func.now() + self._life * (1 - SLIDES_AFTER),
        )
        row = await self._database.first(
            sa.select(*STAFF_COLUMNS, postponable.label("postponable"))
            .join_from(TOKEN, ACCOUNT)
            .where(TOKEN.c.hash == key, *_VALID)
        )
        if row is None:
            return None
        if row.postponable:
            later = sa.func.least(sa.func.now() + self._life, TOKEN.c.ends_at)
            await self._database.run(TOKEN.update().where(TOKEN.c.hash == key).values(expires_at=later))
        staff = staff_of(row)
        self._by_token.store({key: staff})
        return staff

    async def ended(self, tokens: Collection[str]) -> Collection[str]:
        by_hash = {hash_of(token): token for token in tokens}
        valid = sa.select(TOKEN.c.hash).join_from(TOKEN, ACCOUNT).where(one_of(TOKEN.c.hash, by_hash), *_VALID)
        hashes = {bytes(row.hash) for row in await self._database.run(valid)}
        return [token for each, token in by_hash.items() if each not in hashes]

    async def sign_in(self, email: str, password: str, *, client: Client = UNKNOWN_CLIENT) -> SignedIn | None:
        async with self._passwords.turn(client.network) as turn:
            key = address_key(email)
            of_device = sa.exists().where(DEVICE.c.account_id == ACCOUNT.c.id, DEVICE.c.hash == hash_of(client.device))
            query = sa.select(*STAFF_COLUMNS, ACCOUNT.c.password_hash, of_device.label("known_device"))
            row: Any = await self._database.first(query.where(ACCOUNT.c.email == key, ACCOUNT.c.active))
            throttled = "" if row and row.known_device else f"sign-in {key}"
            right = await self._is_right(turn, password, row, throttled=throttled)
            renewed = await turn.renewed(password, row.password_hash) if right else None
        signed_in = await self._begin_session(row, client, renewed_hash=renewed) if right else None
        if signed_in is None:
            failed = audit_row(AccountEvent.SIGN_IN_FAILED, account_id=row.id if row else None, network=client.network)
            await self._database.run(failed, again=False)
        return signed_in

    async def sign_out(self, token: str) -> None:
        async with self._database.transaction() as connection:
            ended = await connection.execute(
                TOKEN.delete().where(TOKEN.c.hash == hash_of(token)).returning(TOKEN.c.account_id)
            )
            for account_id in ended.scalars().all():
                await connection.execute(audit_row(AccountEvent.SIGNED_OUT, account_id=account_id, done_by=account_id))
        self._by_token.clear()

    async def change_password(
        self, staff: Staff, *, old: str, new: str, client: Client = UNKNOWN_CLIENT
    ) -> SignedIn | None:
        event = partial(audit_row, account_id=staff.id, done_by=staff.id, network=client.network)
        query = sa.select(*STAFF_COLUMNS, ACCOUNT.c.password_hash).where(ACCOUNT.c.id == staff.id, ACCOUNT.c.active)
        async with self._passwords.turn(client.network) as turn:
            row: Any = await self._database.first(query)
            right = await self._is_right(turn, old, row, throttled=f"password {staff.id}")
            hashed = await turn.hashed(new) if right else ""
        changed = await self._changed_password(row, hashed, event) if right else None
        if changed is None:
            await self._database.run(event(AccountEvent.PASSWORD_CHANGE_FAILED), again=False)
        return changed

    async def _changed_password(self, row: Any, hashed: str, event: Callable[..., Any]) -> SignedIn | None:
        """Store the password's hash and issue a token; None where the account has changed since `row` was read."""
        async with self._database.transaction() as connection:
            if not await lock_unchanged(connection, row):
                return None
            await set_password(connection, row.id, hashed)
            await connection.execute(event(AccountEvent.PASSWORD_CHANGED))
            token, expires_at = await issue_token(connection, row.id, life=self._life, longest=self._longest)
        self._by_token.clear()
        return SignedIn(token=token, expires_at=expires_at, staff=staff_of(row))

    async def _is_right(self, turn: PasswordTurn, password: str, row: Any, *, throttled: str) -> bool:
        """Whether the password is the account's. Without an account, takes as long, and returns False."""
        if throttled:
            await self._throttle.begin(throttled)
        right = await turn.right(password, row and row.password_hash)
        if right and throttled:
            await self._throttle.take_back(throttled)
        return right

    async def _begin_session(self, row: Any, client: Client, *, renewed_hash: str | None) -> SignedIn | None:
        """Issue a token; returns None where the account was closed, or its password changed, since `row` was read."""
        async with self._database.transaction() as connection:
            if not await lock_unchanged(connection, row):
                return None
            if renewed_hash:
                values = {"password_hash": renewed_hash}
                await connection.execute(ACCOUNT.update().where(ACCOUNT.c.id == row.id).values(values))
            device = None if row.known_device else await add_device(connection, row.id)
            token, expires_at = await issue_token(connection, row.id, life=self._life, longest=self._longest)
            signed_in = audit_row(AccountEvent.SIGNED_IN, account_id=row.id, done_by=row.id, network=client.network)
            await connection.execute(signed_in)
            return SignedIn(token=token, expires_at=expires_at, staff=staff_of(row), device=device)


def staff_of(row: Any) -> Staff:
    """The member of staff in a row of the accounts."""
    values = {column.name: getattr(row, column.name) for column in STAFF_COLUMNS}
    return Staff(**values | {"role": Role(row.role)})
