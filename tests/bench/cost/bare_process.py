"""The process of the bare program, and the check that it has written what it should."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.bench.cost.bare_plan import BarePlan
from tests.bench.cost.work_counters import WorkCounters

RowCounts = Mapping[tuple[str, str], int]


@dataclass
class BareProcess:
    """A running bare program."""

    plan: BarePlan
    process: subprocess.Popen[str]
    counters: WorkCounters

    def perform(self, operation: str, subjects: range) -> float:
        """Do the operation for the subjects, to its end; returns the seconds.

        Raises RuntimeError where the program has ended.
        """
        assert self.process.stdin
        self.process.stdin.write(f"{operation} {subjects.start} {len(subjects)}\n")
        self.process.stdin.flush()
        return float(self.answer())

    @contextmanager
    def checked(self, operation: str, subjects: range) -> Iterator[None]:
        """Raises AssertionError where the block writes another number of rows than the operation for each subject."""
        before = self._rows(operation)
        yield
        after = self._rows(operation)
        each = self.plan.net_rows(operation)
        if lines := wrong_rows({name: after[name] - before[name] for name in each}, each, subjects=len(subjects)):
            raise AssertionError(f"the bare program's {operation}: {'; '.join(lines)}")

    def _rows(self, operation: str) -> dict[tuple[str, str], int]:
        counts = {}
        for name, table in self.plan.net_rows(operation):
            database = urlsplit(self.plan.databases[name]).path.lstrip("/")
            counts[name, table] = int(self.counters.rows(database, f'SELECT count(*) FROM "{table}"')[0][0])
        return counts

    def answer(self) -> str:
        """The next line of the program."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the bare program has ended with {self.process.wait()}")
        return line.strip()


def wrong_rows(written: RowCounts, each: RowCounts, *, subjects: int) -> list[str]:
    """The tables, with their databases, into which not `each` rows were written for every subject; empty if all are."""
    return [
        f"{count} rows in {' '.join(table)}, not {each[table] * subjects}"
        for table, count in written.items()
        if count != each[table] * subjects
    ]


@contextmanager
def bare_process(plan: BarePlan, counters: WorkCounters) -> Iterator[BareProcess]:
    """The program, ready to perform; ended at the end of the block."""
    argv = [sys.executable, "-m", "tests.bench.cost.bare_program"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        try:
            process.stdin.write(plan.as_json() + "\n")
            process.stdin.flush()
            bare = BareProcess(plan, process, counters)
            bare.answer()
            yield bare
        finally:
            process.kill()
