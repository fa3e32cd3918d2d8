"""How tokens of staff end: at their longest life, with a new password, with a sign-out, with a closed account."""

import asyncio
import inspect
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ttl_cache
from gateway.identity import accounts
from gateway.identity.accounts import Accounts, Client, SignedIn
from gateway.identity.administration import NoSuchAccount
from gateway.identity.passwords import PasswordTurn
from tests.interface.gateway.desk import EMAIL, PASSWORD, Desk

NEW = "seven quiet rivers"
AUDIT = "SELECT event, account_id::text, done_by::text, network FROM staff_audit ORDER BY id"


def test_use_extends_a_token_up_to_its_end_only(desk: Desk) -> None:
    desk.add()
    token = desk.token()
    desk.sql("UPDATE staff_token SET expires_at = now() + interval '1 minute', ends_at = now() + interval '2 minutes'")

    assert desk.is_valid(token)

    assert desk.sql("SELECT expires_at = ends_at FROM staff_token") == [(True,)]
    with pytest.raises(psycopg.errors.CheckViolation):  # what use cannot do, no statement can
        desk.sql("UPDATE staff_token SET expires_at = ends_at + interval '1 second'")


def test_a_used_token_ends_after_its_longest_life(desk: Desk) -> None:
    desk.add()
    token = desk.token()
    assert desk.sql("SELECT ends_at - created_at FROM staff_token") == [(timedelta(days=7),)]

    desk.sql("UPDATE staff_token SET expires_at = now() - interval '1 second', ends_at = now() - interval '1 second'")

    assert not desk.is_valid(token)


def is_valid_after_a_week_of_use(url: str, *, longest: timedelta) -> bool:
    """Whether a token that is used every eleven hours is valid after eight days."""
    desk = Desk(url, longest=longest)
    desk.add()
    token = desk.token()
    for _ in range(18):
        desk.sql("UPDATE staff_token SET expires_at = expires_at - interval '11h', ends_at = ends_at - interval '11h'")
        valid = desk.is_valid(token)
    desk.close()
    return valid


def test_a_token_in_daily_use_ends_after_a_week(url: str) -> None:
    assert not is_valid_after_a_week_of_use(url, longest=timedelta(days=7))


def test_without_a_longest_life_a_token_in_daily_use_lives_on(url: str) -> None:
    assert is_valid_after_a_week_of_use(url, longest=timedelta(days=10_000))


def test_a_token_at_its_end_is_not_written_at_every_request(desk: Desk) -> None:
    desk.add()
    token = desk.token()
    desk.sql("UPDATE staff_token SET expires_at = now() + interval '1 hour', ends_at = now() + interval '1 hour'")
    before = desk.sql("SELECT xmin::text FROM staff_token")

    assert desk.is_valid(token)

    assert desk.sql("SELECT xmin::text FROM staff_token") == before


def test_many_tokens_are_checked_at_once_without_being_extended(desk: Desk) -> None:
    desk.add()
    good, ended = desk.token(), desk.token()
    desk.run(desk.accounts.sign_out(ended))
    before = desk.sql("SELECT expires_at FROM staff_token")

    assert list(desk.run(desk.accounts.ended([good, ended, "hms_made-up"]))) == [ended, "hms_made-up"]
    assert not desk.run(desk.accounts.ended([]))
    assert desk.sql("SELECT expires_at FROM staff_token") == before

    desk.run(desk.administration.deactivate(EMAIL))
    assert list(desk.run(desk.accounts.ended([good]))) == [good]


def test_a_changed_password_ends_every_token_but_the_new_one(desk: Desk) -> None:
    staff = desk.add()
    one, other = desk.token(), desk.token()

    signed_in = desk.run(desk.accounts.change_password(staff, old=PASSWORD, new=NEW))

    assert signed_in is not None
    assert [desk.is_valid(token) for token in (one, other, signed_in.token)] == [False, False, True]
    assert desk.run(desk.accounts.sign_in(EMAIL, PASSWORD)) is None
    assert desk.is_valid(desk.token(NEW))


def test_a_password_is_changed_with_the_old_one_only_and_to_an_uncommon_one(desk: Desk) -> None:
    staff = desk.add()
    token = desk.token()

    assert desk.run(desk.accounts.change_password(staff, old="wrong horse battery", new=NEW)) is None
    with pytest.raises(ValueError, match="common"):
        desk.run(desk.accounts.change_password(staff, old=PASSWORD, new="Password2026!"))

    assert desk.is_valid(token)


def test_a_reset_password_and_a_sign_out_end_every_token(desk: Desk) -> None:
    desk.add()
    one, other = desk.token(), desk.token()

    assert desk.run(desk.administration.reset_password(EMAIL, NEW)).tokens == 2
    assert not desk.is_valid(one)
    assert not desk.is_valid(other)

    again = desk.token(NEW)
    assert desk.run(desk.administration.sign_out_everywhere("NORA@example.com")).tokens == 1
    assert not desk.is_valid(again)
    assert desk.is_valid(desk.token(NEW))


def test_a_token_that_was_read_is_taken_for_two_seconds_without_another_look(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = inspect.signature(Accounts).parameters["token_kept_for"].default
    desk, moment = Desk(url, kept_for=default), [0.0]
    monkeypatch.setattr(ttl_cache, "monotonic", lambda: moment[0])
    desk.add()
    token = desk.token()
    assert desk.is_valid(token)

    desk.run(desk.administration.deactivate(EMAIL))

    moment[0] = 1.9
    assert desk.is_valid(token)
    moment[0] = 2.0
    assert not desk.is_valid(token)
    desk.close()


def test_a_token_that_ends_at_this_gateway_is_taken_no_longer(url: str) -> None:
    desk = Desk(url, kept_for=timedelta(hours=1))
    staff = desk.add()
    one, other = desk.token(), desk.token()
    assert desk.is_valid(one)
    assert desk.is_valid(other)

    desk.run(desk.accounts.sign_out(one))
    assert [desk.is_valid(token) for token in (one, other)] == [False, True]

    desk.run(desk.accounts.change_password(staff, old=PASSWORD, new=NEW))
    assert not desk.is_valid(other)
    desk.close()


def test_a_closed_account_keeps_its_password_and_an_unknown_one_is_named(desk: Desk) -> None:
    desk.add()
    desk.run(desk.administration.deactivate(EMAIL))

    with pytest.raises(NoSuchAccount):
        desk.run(desk.administration.reset_password(EMAIL, NEW))
    with pytest.raises(NoSuchAccount):
        desk.run(desk.administration.sign_out_everywhere("nobody@example.com"))
    assert desk.run(desk.administration.deactivate(EMAIL)).tokens == 0


def sign_in_while_the_password_changes(url: str, monkeypatch: pytest.MonkeyPatch) -> SignedIn | None:
    """Sign in; the account gets another password between the check of the old one and the new token."""
    desk = Desk(url)
    honest = PasswordTurn.right

    async def right(turn: PasswordTurn, password: str, stored: str | None) -> bool:
        judged = await honest(turn, password, stored)
        await desk.administration.reset_password(EMAIL, NEW)
        return judged

    desk.add()
    monkeypatch.setattr(PasswordTurn, "right", right)
    try:
        return desk.run(desk.accounts.sign_in(EMAIL, PASSWORD))
    finally:
        desk.close()


def test_no_token_is_issued_for_a_password_that_has_changed_meanwhile(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in_while_the_password_changes(url, monkeypatch) is None


def test_without_the_second_look_the_old_password_s_token_outlives_the_change(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_looked(_: AsyncConnection, __: object) -> bool:
        return True

    monkeypatch.setattr(accounts, "lock_unchanged", not_looked)

    assert sign_in_while_the_password_changes(url, monkeypatch) is not None


def test_sign_ins_and_password_changes_at_once_leave_no_token_of_an_old_password(url: str) -> None:
    desk = Desk(url)
    staff = desk.add()

    async def everything() -> list[SignedIn | None]:
        sign_ins = [desk.accounts.sign_in(EMAIL, PASSWORD, client=Client(network=str(each))) for each in range(12)]
        change = desk.accounts.change_password(staff, old=PASSWORD, new=NEW)
        return await asyncio.gather(*sign_ins[:6], change, *sign_ins[6:])

    results = desk.run(everything())
    valid = [signed_in for signed_in in results if signed_in and desk.is_valid(signed_in.token)]

    assert valid == [results[6]]
    desk.close()


def test_every_sign_in_failure_and_change_is_audited_without_a_secret(desk: Desk) -> None:
    staff = desk.add()
    here = Client(network="203.0.113.9")
    signed_in = desk.run(desk.accounts.sign_in(EMAIL, PASSWORD, client=here))
    assert signed_in is not None
    desk.fails(client=here)
    desk.fails("nobody@example.com", client=here)
    desk.run(desk.accounts.change_password(staff, old="wrong horse battery", new=NEW, client=here))
    changed = desk.run(desk.accounts.change_password(staff, old=PASSWORD, new=NEW, client=here))
    assert changed is not None
    desk.run(desk.accounts.sign_out(changed.token))
    desk.run(desk.administration.reset_password(EMAIL, PASSWORD))
    desk.run(desk.administration.sign_out_everywhere(EMAIL))
    desk.run(desk.administration.deactivate(EMAIL))
    desk.fails(client=here)

    me = str(staff.id)
    assert desk.sql(AUDIT) == [
        ("ADDED", me, None, ""),
        ("SIGNED_IN", me, me, here.network),
        ("SIGN_IN_FAILED", me, None, here.network),
        ("SIGN_IN_FAILED", None, None, here.network),
        ("PASSWORD_CHANGE_FAILED", me, me, here.network),
        ("PASSWORD_CHANGED", me, me, here.network),
        ("SIGNED_OUT", me, me, ""),
        ("PASSWORD_RESET", me, None, ""),
        ("SIGNED_OUT_EVERYWHERE", me, None, ""),
        ("CLOSED", me, None, ""),
        ("SIGN_IN_FAILED", None, None, here.network),
    ]
    stored = str(desk.sql("SELECT * FROM staff_audit"))
    assert not [secret for secret in (PASSWORD, NEW, signed_in.token, EMAIL, "Nora") if secret in stored]
