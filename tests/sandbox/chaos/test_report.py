"""The report's page says what happened to each fault, and how the command ends."""

from typing import Any

import pytest

from sandbox.chaos.__main__ import main
from sandbox.chaos.client.attempts import Attempt
from sandbox.chaos.faults.plan import draw_plan
from sandbox.chaos.judge.violation import ChaosViolation
from sandbox.chaos.outcome import FaultOutcome, summaries
from sandbox.chaos.report.page import page

BROKEN = ChaosViolation("feed is 1..n", "BK-<1>", "numbers [1, 3], last 3", 12.0, lost_write=True)


def report(*outcomes: FaultOutcome, others: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    lines = [outcome.as_json(0.0) for outcome in outcomes]
    broken = sum(len(outcome.violations) for outcome in outcomes)
    return {
        "seed": 7, "finished_at": "2026-11-29T20:00:00+00:00", "machine": "Linux", "seconds": 60.0,
        "recovery_goal_seconds": 10.0, "faults": len(outcomes), "requests": 100, "requests_per_second": 20.0,
        "failed_requests": 3, "bookings": 9, "acknowledged": 40, "violations": broken, "lost_writes": broken,
        "table": [vars(row) for row in summaries(list(outcomes))], "lines": lines, "other_violations": list(others),
    }  # fmt: skip


def outcomes(count: int = 12) -> list[FaultOutcome]:
    attempts = [Attempt("read", 10.0, 10.5, status) for status in (200, 200, 200, 200, 503)]
    return [FaultOutcome(fault, 10.0, 12.0, 13.5, attempts=attempts) for fault in draw_plan(7, count)]


def test_the_page_has_a_line_per_fault_and_needs_no_other_file() -> None:
    runs = outcomes()

    text = page(report(*runs))

    assert "Every promise held" in text
    assert all(f"<b>{each.fault.instance}</b> {each.fault.cell.kind.value}" in text for each in runs)
    assert text.count("<circle") == len(runs)
    assert not any(part in text for part in ("<script", "http://", "https://", "<link"))


def test_a_violation_is_in_the_verdict_the_table_and_its_faults_line() -> None:
    runs = outcomes()
    runs[3].violations.append(BROKEN)

    text = page(report(*runs))

    assert "1 broken promise<" in text
    assert "BK-&lt;1&gt;" in text
    assert "numbers [1, 3], last 3" in text
    assert text.count('<td class="broken">') == 1
    assert "lost write" in text


def test_a_slow_recovery_is_marked() -> None:
    runs = outcomes()
    runs[5].recovered = 12.0 + 11

    text = page(report(*runs))

    assert text.count('<td class="slow">') == 1
    assert text.count('class="slow"><title>') == 1


def test_a_fault_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--only", "nothing"])

    assert ended.value.code == 2
    assert "no fault is called nothing" in capsys.readouterr().err
