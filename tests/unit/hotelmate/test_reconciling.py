"""`hotelmate reconcile`: all pages, a second look before it complains, and an exit code that says what is left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contracts.payments import FindingKind, Reconcile, ReconciledPage, ReconciliationFinding, ReconciliationPart
from hotelmate import reconciling
from hotelmate.main import app


class Payments:
    """Answers for payments: pages by part, and what a second look at a booking finds."""

    def __init__(
        self, pages: dict[ReconciliationPart, list[ReconciledPage]], again: list[ReconciliationFinding] | None = None
    ) -> None:
        self.asked: list[Reconcile] = []
        self._pages = pages
        self._again = tuple(again or ())

    def __call__(self, command: Reconcile, **_: Any) -> ReconciledPage:
        self.asked.append(command)
        if command.booking_id:
            return ReconciledPage(looked=1, findings=self._again)
        page = self._pages.get(command.part, [ReconciledPage(looked=0)])
        return page[int(command.after or 0)]


def finding(**over: Any) -> ReconciliationFinding:
    usual = {"kind": FindingKind.STATUS_DIFFERS, "object_id": "pay_1", "ours": "A", "theirs": "B"}
    return ReconciliationFinding(**{**usual, "booking_id": "BK-2026-AAAAAA", **over})


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("AMQP_URL", "amqp://nowhere")
    monkeypatch.setattr(reconciling.time, "sleep", lambda _: None)

    def running(payments: Payments, *arguments: str) -> tuple[int, str]:
        @contextmanager
        def asking(_: str) -> Iterator[Payments]:
            yield payments

        monkeypatch.setattr(reconciling, "asking", asking)
        with pytest.raises(SystemExit) as left:
            app(("reconcile", *arguments))
        return int(left.value.code or 0), capsys.readouterr().out

    return running


def test_all_parts_are_gone_through_page_by_page(run: Any) -> None:
    pages = [ReconciledPage(looked=10, next="1", total=13), ReconciledPage(looked=3)]
    payments = Payments({ReconciliationPart.PAYMENTS: pages})

    code, said = run(payments)

    assert (code, "13 payments compared: 0 differences" in said) == (0, True)
    assert [command.part for command in payments.asked] == [ReconciliationPart.PAYMENTS, *ReconciliationPart]
    assert not any(command.repair for command in payments.asked)
    assert len({command.run for command in payments.asked}) == 1


def test_a_difference_that_is_left_is_shown_and_ends_with_one(run: Any) -> None:
    payments = Payments(
        {ReconciliationPart.PAYMENTS: [ReconciledPage(looked=1, findings=(finding(),))]}, again=[finding()]
    )

    code, said = run(payments)

    assert code == 1
    assert "BK-2026-AAAAAA" in said
    assert "1 differences, 0 repaired, 1 left" in said
    assert "--repair" in said


def test_what_was_merely_under_way_is_no_difference(run: Any) -> None:
    payments = Payments({ReconciliationPart.PAYMENTS: [ReconciledPage(looked=1, findings=(finding(),))]}, again=[])

    assert run(payments)[0] == 0


def test_what_was_repaired_ends_with_zero(run: Any) -> None:
    payments = Payments({ReconciliationPart.PAYMENTS: [ReconciledPage(looked=1, findings=(finding(repaired=True),))]})

    code, said = run(payments, "--repair")

    assert (code, "1 differences, 1 repaired, 0 left" in said) == (0, True)
    assert all(command.repair for command in payments.asked)


def test_what_a_list_shows_once_more_is_told_once(run: Any) -> None:
    strange = finding(kind=FindingKind.UNKNOWN_TO_US, object_id="cs_1", booking_id="")
    page = [ReconciledPage(looked=1, findings=(strange,))]

    code, said = run(Payments({ReconciliationPart.SESSIONS: page, ReconciliationPart.INTENTS: page}))

    assert (code, "1 differences" in said) == (1, True)


@pytest.mark.parametrize(("since", "has"), [("30d", True), ("all", False)])
def test_how_far_back_it_looks(run: Any, since: str, has: bool) -> None:
    payments = Payments({})

    run(payments, "--since", since, "--hotel", "hotel-killarney")

    assert {command.since is not None for command in payments.asked} == {has}
    assert {command.hotel for command in payments.asked} == {"hotel-killarney"}
