"""Staff accounts and tokens on a real PostgreSQL."""

from collections.abc import Callable

import psycopg
import pytest
from argon2 import PasswordHasher

from chassis.refusal import Unavailable
from chassis.transactions.migrate import migrate
from gateway.identity.administration import EmailTaken, NoSuchAccount
from gateway.identity.passwords import Passwords
from gateway.identity.sessions import PREFIX
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.run_directory import temporary_run
from tests.interface.gateway.desk import Desk


def test_migrating_twice_changes_nothing(new_database: Callable[[str], str]) -> None:
    url = new_database("gateway")
    migrate("gateway", url)
    migrate("gateway", url)


def test_a_token_belongs_to_the_staff_who_signed_in(desk: Desk) -> None:
    added = desk.add()

    token = desk.token()

    assert token.startswith(PREFIX)
    assert desk.run(desk.accounts.whose(token)) == added
    assert added.email == "nora@example.com"


def test_a_wrong_password_an_unknown_email_and_a_closed_account_cannot_sign_in(desk: Desk) -> None:
    desk.add()
    assert desk.run(desk.accounts.sign_in("nora@example.com", "wrong horse")) is None
    assert desk.run(desk.accounts.sign_in("nobody@example.com", "right horse battery")) is None

    desk.run(desk.administration.deactivate("NORA@example.com"))

    assert desk.run(desk.accounts.sign_in("nora@example.com", "right horse battery")) is None


def test_an_email_is_taken_in_any_case(desk: Desk) -> None:
    desk.add()

    with pytest.raises(EmailTaken):
        desk.add(email="NORA@EXAMPLE.COM", name="Another")


@pytest.mark.parametrize(
    "wrong", [{"email": "two..dots@x.example"}, {"email": "desk@localhost"}, {"name": "\u200b"}, {"name": "x" * 101}]
)
def test_an_account_has_a_usable_address_and_a_visible_name(desk: Desk, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"address|@-sign|name"):
        desk.add(**wrong)


def test_a_member_of_staff_signs_in_with_every_spelling_of_an_address(desk: Desk) -> None:
    desk.add(email="Desk@例子.example", name="Mun\u0303oz")

    for spelling in ("desk@例子.example", "DESK@xn--fsqu00a.example"):
        session = desk.run(desk.accounts.sign_in(spelling, "right horse battery"))
        assert session is not None
        assert session.staff.name == "Muñoz"


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_a_password_has_a_sensible_length(desk: Desk, password: str) -> None:
    with pytest.raises(ValueError, match="12 to 200"):
        desk.add(password=password)


@pytest.mark.parametrize(
    ("chosen", "typed"), [("pa\u0301ssw\xf6rd", "p\xe1sswo\u0308rd"), ("p\xe1ssword", "pa\u0301ssword")]
)
def test_a_password_is_the_same_composed_and_decomposed(desk: Desk, chosen: str, typed: str) -> None:
    desk.add(password=f"{chosen} of the desk")

    assert desk.run(desk.accounts.sign_in("nora@example.com", f"{typed} of the desk")) is not None


def test_neither_password_nor_token_is_stored(desk: Desk) -> None:
    desk.add()
    token = desk.token()

    stored = str(desk.sql("SELECT * FROM staff_account")) + str(desk.sql("SELECT * FROM staff_token"))

    assert "right horse battery" not in stored
    assert token not in stored
    assert token.removeprefix(PREFIX) not in stored
    assert "$argon2id$" in stored


def test_signing_out_ends_this_token_only(desk: Desk) -> None:
    desk.add()
    one, other = desk.token(), desk.token()

    desk.run(desk.accounts.sign_out(one))

    assert desk.run(desk.accounts.whose(one)) is None
    assert desk.run(desk.accounts.whose(other)) is not None


def test_closing_an_account_ends_its_tokens(desk: Desk) -> None:
    desk.add()
    token = desk.token()

    ended = desk.run(desk.administration.deactivate("nora@example.com"))

    assert (ended.staff.active, ended.tokens) == (False, 1)
    assert not desk.is_valid(token)
    with pytest.raises(NoSuchAccount):
        desk.run(desk.administration.deactivate("nobody@example.com"))


def test_a_token_expires_unless_it_is_used(desk: Desk) -> None:
    desk.add()
    used, unused = desk.token(), desk.token()
    desk.sql("UPDATE staff_token SET expires_at = now() + interval '1 hour'")

    desk.run(desk.accounts.whose(used))
    desk.sql("UPDATE staff_token SET expires_at = expires_at - interval '2 hours'")

    assert desk.run(desk.accounts.whose(used)) is not None
    assert desk.run(desk.accounts.whose(unused)) is None


def test_a_fresh_token_is_not_written_at_every_request(desk: Desk) -> None:
    desk.add()
    token = desk.token()
    before = desk.sql("SELECT expires_at FROM staff_token")

    desk.run(desk.accounts.whose(token))

    assert desk.sql("SELECT expires_at FROM staff_token") == before


def test_accounts_are_listed_by_hotel(desk: Desk) -> None:
    desk.add()
    desk.add(email="zoe@example.com", hotel="hotel-dingle")

    everyone = desk.run(desk.administration.everyone())

    assert [staff.hotel for staff in everyone] == ["hotel-dingle", "hotel-killarney"]
    assert [staff.email for staff in desk.run(desk.administration.everyone(hotel="hotel-dingle"))] == [
        "zoe@example.com"
    ]


def test_looking_a_token_up_uses_its_index(desk: Desk) -> None:
    look = "EXPLAIN SELECT * FROM staff_token JOIN staff_account ON account_id = id WHERE hash = decode('00', 'hex')"
    with psycopg.connect(desk.url, options="-c enable_seqscan=off") as connection:
        plan = str(connection.execute(look).fetchall())

    assert "staff_token_pkey" in plan
    assert "staff_account_pkey" in plan


def test_a_database_that_is_down_is_unavailable_and_comes_back() -> None:
    with temporary_run() as run, PostgresNode(run / "postgres") as node:
        urls = node.create_database("gateway")
        migrate("gateway", urls.owner)
        desk = Desk(urls.running)
        desk.add()
        token = desk.token()

        node.kill()
        with pytest.raises(Unavailable):
            desk.run(desk.accounts.whose(token))
        node.start()

        assert desk.run(desk.accounts.whose(token)) is not None
        desk.close()


def test_a_stale_connection_is_replaced_within_the_request(desk: Desk, postgres: PostgresNode) -> None:
    desk.add()
    token = desk.token()

    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'gateway_%'")

    assert desk.run(desk.accounts.whose(token)) is not None


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in(url: str) -> None:
    older, newer = Desk(url), Desk(url, passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)))
    older.add()

    token = newer.token()

    assert newer.is_valid(token)
    [(stored,)] = newer.sql("SELECT password_hash FROM staff_account")
    assert "m=64,t=2,p=1" in stored
    assert newer.is_valid(newer.token())
    older.close()
    newer.close()
