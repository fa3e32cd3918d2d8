"""Failed sign-ins at one account are limited, wherever they come from; who signed in there before is let through."""

import asyncio
from collections.abc import Iterator

import pytest

from chassis.refusal import Refusal
from gateway.identity.accounts import Client, SignedIn
from gateway.identity.throttle import FAILURES
from tests.interface.gateway.desk import EMAIL, PASSWORD, Desk

NOBODY = "nobody@example.com"
THIEF = [Client(network=f"198.51.100.{number}") for number in range(100)]


@pytest.fixture
def guarded(url: str) -> Iterator[Desk]:
    made = Desk(url, throttle=True)
    made.add()
    yield made
    made.close()


def attempts(desk: Desk, email: str, *, number: int, password: str = "wrong horse battery") -> list[object]:
    async def all_at_once() -> list[object]:
        clients = (THIEF[each % len(THIEF)] for each in range(number))
        tries = [desk.accounts.sign_in(email, password, client=client) for client in clients]
        return await asyncio.gather(*tries, return_exceptions=True)

    return desk.run(all_at_once())


def refused(results: list[object]) -> int:
    return sum(isinstance(result, Refusal) and result.code == "RATE_LIMITED" for result in results)


@pytest.mark.parametrize("email", [EMAIL, NOBODY])
def test_ten_of_fifty_wrong_passwords_at_once_are_judged(guarded: Desk, email: str) -> None:
    results = attempts(guarded, email, number=50)

    assert refused(results) == 50 - FAILURES
    assert guarded.sql("SELECT count(*) FROM staff_audit WHERE event = 'SIGN_IN_FAILED'") == [(FAILURES,)]


def test_without_the_throttle_all_fifty_are_judged(desk: Desk) -> None:
    desk.add()

    assert refused(attempts(desk, EMAIL, number=50)) == 0
    assert desk.sql("SELECT count(*) FROM staff_audit WHERE event = 'SIGN_IN_FAILED'") == [(50,)]


def test_a_throttled_account_refuses_the_right_password_as_an_unknown_account_does(guarded: Desk) -> None:
    for email in (EMAIL, NOBODY):
        attempts(guarded, email, number=FAILURES)

    known, unknown = (attempts(guarded, email, number=1, password=PASSWORD)[0] for email in (EMAIL, NOBODY))

    assert isinstance(known, Refusal)
    assert isinstance(unknown, Refusal)
    assert (known.code, known.message, known.details.keys()) == (unknown.code, unknown.message, unknown.details.keys())
    assert 0 < int(known.details["retry_after"]) <= 900


def test_a_device_that_signed_in_there_before_is_let_through(guarded: Desk) -> None:
    first = guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD))
    assert first is not None
    assert first.device
    attempts(guarded, EMAIL, number=FAILURES)

    again = guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD, client=Client(device=first.device)))

    assert isinstance(again, SignedIn)
    assert again.device is None
    guarded.add(email="zoe@example.com")
    attempts(guarded, "zoe@example.com", number=FAILURES)
    with pytest.raises(Refusal):  # a device is known to the accounts that signed in on it
        guarded.run(guarded.accounts.sign_in("zoe@example.com", PASSWORD, client=Client(device=first.device)))


def test_a_device_is_forgotten_when_the_password_is_reset(guarded: Desk) -> None:
    first = guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD))
    assert first is not None
    guarded.run(guarded.administration.reset_password(EMAIL, PASSWORD))
    attempts(guarded, EMAIL, number=FAILURES)

    with pytest.raises(Refusal):
        guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD, client=Client(device=first.device or "")))


def test_right_passwords_are_not_counted(guarded: Desk) -> None:
    for _ in range(2 * FAILURES):
        assert guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD)) is not None

    assert guarded.sql("SELECT failures FROM staff_throttle") == [(0,)]


def test_after_the_window_the_account_is_open_again(guarded: Desk) -> None:
    attempts(guarded, EMAIL, number=2 * FAILURES)
    guarded.sql("UPDATE staff_throttle SET began_at = began_at - interval '16 minutes'")

    assert guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD)) is not None


def test_counts_that_are_over_are_deleted(guarded: Desk) -> None:
    attempts(guarded, NOBODY, number=1)
    guarded.sql("UPDATE staff_throttle SET began_at = began_at - interval '16 minutes'")

    guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD))

    assert guarded.sql("SELECT count(*) FROM staff_throttle") == [(1,)]


def test_an_account_remembers_a_bounded_number_of_devices(guarded: Desk) -> None:
    for _ in range(25):
        guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD))

    assert guarded.sql("SELECT count(*) FROM staff_device") == [(20,)]


def test_wrong_old_passwords_are_limited_without_closing_the_sign_in(guarded: Desk) -> None:
    [staff] = guarded.run(guarded.administration.everyone())

    async def all_at_once() -> list[object]:
        tries = [
            guarded.accounts.change_password(staff, old="wrong horse battery", new="seven quiet rivers", client=client)
            for client in THIEF[:20]
        ]
        return await asyncio.gather(*tries, return_exceptions=True)

    assert refused(guarded.run(all_at_once())) == 10
    assert guarded.run(guarded.accounts.sign_in(EMAIL, PASSWORD)) is not None
