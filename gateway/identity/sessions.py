"""The tokens and the devices of accounts: how they begin, and how they end."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio.engine import AsyncConnection

from gateway.identity.tables import ACCOUNT, DEVICE, TOKEN

PREFIX = "hms_"  # distinguishes staff tokens from guest tokens, and is known to secret scanners
MAX_DEVICES = 20  # of an account


def hash_of(secret: str) -> bytes:
    """The hash under which a token or a device's secret is stored."""
    return hashlib.sha256(secret.encode()).digest()


async def lock_unchanged(connection: AsyncConnection, row: Any) -> bool:
    """Lock the account against changes; False where it was closed, or its password changed, since `row` was read.

    Without the lock, a token issued for the old password could outlive a change of the password.
    """
    query = sa.select(ACCOUNT.c.id).where(
        ACCOUNT.c.id == row.id, ACCOUNT.c.active, ACCOUNT.c.password_hash == row.password_hash
    )
    return bool((await connection.execute(query.with_for_update(key_share=True))).all())


async def issue_token(
    connection: AsyncConnection, account_id: UUID, *, life: timedelta, longest: timedelta
) -> tuple[str, datetime]:
    """Insert a token; returns the token and its expiry. Use extends the token's `life` up to `longest`."""
    token = PREFIX + secrets.token_urlsafe(32)
    values = {
        "hash": hash_of(token),
        "account_id": account_id,
        "expires_at": sa.func.now() + life,
        "ends_at": sa.func.now() + longest,
    }
    expired = sa.and_(TOKEN.c.account_id == account_id, TOKEN.c.expires_at < sa.func.now())
    await connection.execute(TOKEN.delete().where(expired))
    made = await connection.execute(TOKEN.insert().values(values).returning(TOKEN.c.expires_at))
    return token, made.scalar_one()


async def set_password(connection: AsyncConnection, account_id: UUID, password_hash: str) -> int:
    """Store a password's hash, and end every token of the account; returns the number of those that were valid."""
    changed = ACCOUNT.update().where(ACCOUNT.c.id == account_id).values(password_hash=password_hash)
    await connection.execute(changed)
    return await end_tokens(connection, account_id)


async def end_tokens(connection: AsyncConnection, account_id: UUID) -> int:
    """End every token of an account, and forget its devices; returns the number of tokens that were valid.

    The transaction holds the account's lock, so that no sign-in that began before issues a token after.
    """
    await connection.execute(DEVICE.delete().where(DEVICE.c.account_id == account_id))
    ended = await connection.execute(
        TOKEN.delete()
        .where(TOKEN.c.account_id == account_id)
        .returning((TOKEN.c.expires_at > sa.func.now()).label("valid"))
    )
    return sum(ended.scalars().all())


async def add_device(connection: AsyncConnection, account_id: UUID) -> str:
    """Store a new device, in place of the oldest where the account has many; returns the device's secret."""
    newest = (
        sa.select(DEVICE.c.hash)
        .where(DEVICE.c.account_id == account_id)
        .order_by(DEVICE.c.created_at.desc())
        .limit(MAX_DEVICES - 1)
    )
    await connection.execute(DEVICE.delete().where(DEVICE.c.account_id == account_id, DEVICE.c.hash.not_in(newest)))
    device = secrets.token_urlsafe(32)
    await connection.execute(DEVICE.insert().values(hash=hash_of(device), account_id=account_id))
    return device
