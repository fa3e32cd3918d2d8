"""`hotelmate reconcile`: reads all pages, compares differences twice, and ends with 1 where one is left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contracts.payments.reconciliation import (
    FindingKind,
    Reconcile,
    ReconciledPage,
    ReconciliationFinding,
    ReconciliationPart,
)
from contracts.rooms.hotels import Hotels, ListHotels
from hotelmate import reconciliation
from hotelmate.main import app
from tests.unit.gateway.builders import hotel_page


class Payments:
    """Answers for payments: pages by part, and the findings when a booking is compared again."""

    def __init__(
        self, pages: dict[ReconciliationPart, list[ReconciledPage]], again: list[ReconciliationFinding] | None = None
    ) -> None:
        self.commands: list[Reconcile] = []
        self._pages = pages
        self._again = tuple(again or ())

    def __call__(self, command: Reconcile | ListHotels, **_: Any) -> ReconciledPage | Hotels:
        if isinstance(command, ListHotels):
            return Hotels(hotels=(hotel_page("hotel-killarney"),))
        self.commands.append(command)
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
    monkeypatch.setattr(reconciliation, "COMPARED_AGAIN_AFTER", 0.0)

    def running(payments: Payments, *arguments: str) -> tuple[int, str]:
        @contextmanager
        def ask_client(_: str) -> Iterator[Payments]:
            yield payments

        monkeypatch.setattr(reconciliation, "ask_client", ask_client)
        with pytest.raises(SystemExit) as left:
            app(("reconcile", *arguments))
        return int(left.value.code or 0), capsys.readouterr().out

    return running


def test_all_parts_are_compared_page_by_page(run: Any) -> None:
    pages = [ReconciledPage(looked=10, next="1", total=13), ReconciledPage(looked=3)]
    payments = Payments({ReconciliationPart.PAYMENTS: pages})

    code, output = run(payments)

    assert (code, "13 payments compared: 0 differences" in output) == (0, True)
    assert [command.part for command in payments.commands] == [ReconciliationPart.PAYMENTS, *ReconciliationPart]
    assert not any(command.repair for command in payments.commands)
    assert len({command.run for command in payments.commands}) == 1


def test_a_payment_that_could_not_be_read_is_printed_and_ends_with_one(run: Any) -> None:
    payments = Payments({ReconciliationPart.PAYMENTS: [ReconciledPage(looked=9, unread=1, total=10)]})

    code, output = run(payments)

    assert (code, "9 payments compared: 0 differences" in output) == (1, True)
    assert "1 payments or lists could not be read at Stripe" in " ".join(output.split())


def test_a_difference_that_is_left_is_printed_and_ends_with_one(run: Any) -> None:
    payments = Payments(
        {ReconciliationPart.PAYMENTS: [ReconciledPage(looked=1, findings=(finding(),))]}, again=[finding()]
    )

    code, output = run(payments)

    assert code == 1
    assert "BK-2026-AAAAAA" in output
    assert "1 differences, 0 repaired, 1 left" in output
    assert "--repair" in output


def test_a_difference_that_is_gone_a_little_later_is_left_out(run: Any) -> None:
    payments = Payments({ReconciliationPart.PAYMENTS: [ReconciledPage(looked=1, findings=(finding(),))]}, again=[])

    assert run(payments)[0] == 0


def test_repaired_differences_end_with_zero(run: Any) -> None:
    payments = Payments({ReconciliationPart.PAYMENTS: [ReconciledPage(looked=1, findings=(finding(repaired=True),))]})

    code, output = run(payments, "--repair")

    assert (code, "1 differences, 1 repaired, 0 left" in output) == (0, True)
    assert all(command.repair for command in payments.commands)


def test_a_difference_in_two_parts_is_printed_once(run: Any) -> None:
    strange = finding(kind=FindingKind.UNKNOWN_TO_US, object_id="cs_1", booking_id="")
    page = [ReconciledPage(looked=1, findings=(strange,))]

    code, output = run(Payments({ReconciliationPart.SESSIONS: page, ReconciliationPart.INTENTS: page}))

    assert (code, "1 differences" in output) == (1, True)


@pytest.mark.parametrize("kind", [kind for kind in FindingKind if not kind.is_of_a_payment])
def test_a_finding_about_an_object_is_not_left_out_by_the_second_comparison(run: Any, kind: FindingKind) -> None:
    strange = finding(kind=kind, object_id="pi_2")
    page = [ReconciledPage(looked=1, findings=(strange,))]

    code, output = run(Payments({ReconciliationPart.INTENTS: page}, again=[]))

    assert (code, "1 differences" in output) == (1, True)


@pytest.mark.parametrize(("since", "has"), [("30d", True), ("all", False)])
def test_since_limits_the_payments_that_are_compared(run: Any, since: str, has: bool) -> None:
    payments = Payments({})

    run(payments, "--since", since, "--hotel", "hotel-killarney")

    assert {command.since is not None for command in payments.commands} == {has}
    assert {command.hotel for command in payments.commands} == {"hotel-killarney"}
