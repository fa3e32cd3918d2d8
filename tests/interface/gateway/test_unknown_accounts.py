"""A sign-in tells nobody whether there is an account: the same answer, statements and hashes for each failure."""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from gateway.identity.passwords import Passwords, PasswordTurn
from tests.interface.gateway.desk import EMAIL, PASSWORD, Desk

CLOSED = "zoe@example.com"
TRIES = {"an unknown account": "nobody@example.com", "a wrong password": EMAIL, "a closed account": CLOSED}


class CountingHasher(PasswordHasher):
    """Counts its computations."""

    computed = 0

    def verify(self, hash: Any, password: Any) -> Any:  # noqa: A002
        """Verify, and count."""
        self.computed += 1
        return super().verify(hash, password)


def work_of_each_failure(url: str) -> list[tuple[Counter[str], int]]:
    """The statements and the number of hashes of each failed sign-in."""
    hasher = CountingHasher(time_cost=1, memory_cost=64, parallelism=1)
    desk = Desk(url, passwords=Passwords(hasher), throttle=True)
    desk.add()
    desk.add(email=CLOSED)
    desk.run(desk.administration.deactivate(CLOSED))
    desk.fails()  # what the first one prepares
    results = []
    for email in TRIES.values():
        statements: Counter[str] = Counter()

        def count(_: Any, __: Any, statement: str, *___: Any, statements: Counter[str] = statements) -> None:
            statements[statement] += 1

        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        before = hasher.computed
        try:
            desk.fails(email)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", count)
        results.append((statements, hasher.computed - before))
    assert desk.run(desk.accounts.sign_in(CLOSED, PASSWORD)) is None
    desk.close()
    return results


def test_every_failure_runs_the_same_statements_and_one_hash(url: str) -> None:
    first, *others = work_of_each_failure(url)

    assert first[1] == 1
    assert sum(first[0].values()) == 3  # the account, the throttle, the audit row
    assert others == [first, first]


def test_an_answer_before_the_hash_would_tell_which_accounts_there_are(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = PasswordTurn.right

    async def early(turn: PasswordTurn, password: str, stored: str | None) -> bool:
        return stored is not None and await honest(turn, password, stored)

    monkeypatch.setattr(PasswordTurn, "right", early)
    unknown, wrong, closed = (hashes for _, hashes in work_of_each_failure(url))

    assert (unknown, wrong, closed) == (0, 1, 0)


@pytest.mark.parametrize("email", TRIES.values(), ids=TRIES)
def test_every_failure_has_the_same_answer(desk: Desk, email: str) -> None:
    desk.add()
    desk.add(email=CLOSED)
    desk.run(desk.administration.deactivate(CLOSED))

    desk.fails(email)
