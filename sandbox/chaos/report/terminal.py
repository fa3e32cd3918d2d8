"""The table on the terminal."""

from pathlib import Path

from sandbox.chaos.outcome import summaries
from sandbox.chaos.run import ChaosRun

HEAD = (
    f"{'process':10s} {'kind':26s} {'faults':>6s} {'recovery':>9s} {'longest':>8s} {'failed':>7s} {'violations':>11s}"
)


def show(run: ChaosRun, directory: Path) -> None:
    """Print the table process × kind, and the verdict."""
    print()
    print(HEAD)
    for row in summaries(run.outcomes):
        times = f"{row.recovery_median:7.1f} s {row.recovery_max:6.1f} s"
        print(f"{row.process:10s} {row.kind:24s} {row.count:6d} {times} {row.failed:7d} {row.violations:10d}")
    print()
    violations, attempts = run.violations(), run.load.log.attempts
    lost = sum(violation.lost_write for violation in violations)
    failed = sum(attempt.failed for attempt in attempts)
    counted, bookings = sum(outcome.counts for outcome in run.outcomes), len(run.load.acknowledgements.stays)
    print(f"{counted} faults, {len(attempts)} requests of which {failed} failed, {bookings} bookings:")
    print(f"{len(violations)} violations, {lost} lost writes. Report: {directory / 'report.html'}")
