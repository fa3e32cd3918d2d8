"""Which passwords may be chosen, and which clients count as one."""

import asyncio

import pytest
from argon2 import PasswordHasher

from gateway.identity.networks import network_of
from gateway.identity.passwords import COMMON, Passwords, password_problem

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "Vq7-hT2_mXw9zKb4", "seven quiet rivers", "пароль для отеля Дингл", "x" * 8 + "yz-7"],
)
def test_a_long_password_that_is_not_common_may_be_chosen(password: str) -> None:
    assert password_problem(password) is None


@pytest.mark.parametrize("password", ["elevenchars", "x" * 201])
def test_a_password_has_a_sensible_length(password: str) -> None:
    assert password_problem(password) == "has 12 to 200 characters"


@pytest.mark.parametrize(
    "password",
    [
        "1q2w3e4r5t6y",
        "QWERTYUIOP123",
        "Password2026!",
        "passwordpassword",
        "!!Welcome!!1234",
        "123123123123",
        "MonkeyMonkey99",
    ],
)
def test_a_common_password_is_refused_in_every_disguise(password: str) -> None:
    assert "common" in (password_problem(password) or "")


def test_the_list_of_common_passwords_names_its_source_and_licence() -> None:
    licence = COMMON.with_name("common-passwords.LICENSE").read_text("utf-8")

    assert "Django" in licence
    assert "Redistribution and use" in licence


def test_a_check_without_an_account_computes_a_hash_too() -> None:
    computed = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
            computed.append(hash)
            return super().verify(hash, password)  # type: ignore[arg-type]

    async def check() -> bool:
        passwords = Passwords(Counting(time_cost=1, memory_cost=64, parallelism=1))
        await passwords.prepare()
        async with passwords.turn() as turn:
            return await turn.right("correct horse battery", None)

    assert asyncio.run(check()) is False
    assert len(computed) == 1


def test_a_common_password_is_not_hashed() -> None:
    async def hashed() -> str:
        async with Passwords(QUICK).turn() as turn:
            return await turn.hashed("Password2026!")

    with pytest.raises(ValueError, match="common"):
        asyncio.run(hashed())


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a name", "a name"),
    ],
)
def test_the_addresses_of_one_network_count_as_one_client(address: str, network: str) -> None:
    assert network_of(address) == network
