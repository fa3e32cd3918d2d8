"""Writes `report.json` and `report.html`."""

import json
import platform
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.chaos.outcome import summaries, violation_json
from sandbox.chaos.report.page import page
from sandbox.chaos.run import ChaosRun


def write_report(run: ChaosRun, directory: Path, *, seed: int) -> None:
    """Write both files into the directory, and after a violation the logs of all processes."""
    directory.mkdir(parents=True, exist_ok=True)
    report = as_json(run, seed=seed)
    (directory / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (directory / "report.html").write_text(page(report), "utf-8")
    shutil.rmtree(directory / "logs", ignore_errors=True)
    if run.violations():
        shutil.copytree(run.system.directory / "logs", directory / "logs")


def as_json(run: ChaosRun, *, seed: int) -> dict[str, Any]:
    """The whole report as JSON values."""
    attempts, violations = run.load.log.attempts, run.violations()
    seconds = time.monotonic() - run.began
    return {
        "seed": seed,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "seconds": round(seconds, 1),
        "recovery_goal_seconds": run.goal,
        "faults": sum(outcome.counts for outcome in run.outcomes),
        "requests": len(attempts),
        "requests_per_second": round(len(attempts) / seconds, 1) if seconds else 0.0,
        "failed_requests": sum(attempt.failed for attempt in attempts),
        "bookings": len(run.load.acknowledgements.stays),
        "acknowledged": sum(len(stay.acknowledged) for stay in run.load.acknowledgements.stays),
        "judged": run.judged,
        "violations": len(violations),
        "lost_writes": sum(violation.lost_write for violation in violations),
        "table": [vars(row) for row in summaries(run.outcomes)],
        "lines": [outcome.as_json(run.began) for outcome in run.outcomes],
        "other_violations": [violation_json(each, run.began) for each in run.unassigned],
    }
