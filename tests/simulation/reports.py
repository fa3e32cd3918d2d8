"""The output of the command: a progress line, a failure with its trace and its file, and the summary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.service_tasks import not_begun, task_names

FAILURES = Path(".run/simulation")
CORPUS = Path(__file__).parent / "corpus"
NOT_STEPS = ("turn", "check-out", "lock wait")
TRACE_LINES = 40  # of a failure's trace


@dataclass
class Totals:
    """The sum of all runs. `hits`, `passes` and `passes_at_rest` count deaths and passes by crash point."""

    runs: int = 0
    steps: int = 0
    seconds: float = 0.0
    with_check_out: int = 0
    shares: Counter[str] = field(default_factory=Counter)
    passes: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    passes_at_rest: Counter[str] = field(default_factory=Counter)
    runs_that_pass: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, result: dict[str, Any]) -> None:
        """Add a run."""
        self.runs += 1
        self.steps += result["steps"]
        self.seconds += result["seconds"]
        self.with_check_out += bool(result["shares"].get("check-out"))
        self.shares.update(result["shares"])
        self.passes.update(result["passes"])
        self.hits.update(result["hits"])
        self.passes_at_rest.update(result["passes_at_rest"])
        self.runs_that_pass.update(result["passes"].keys())
        self.answers.update(result["answers"])
        self.coverage.update(result["coverage"])
        if result["kind"]:
            self.failures.append(f"seed {result['seed']}: {result['violation']}")

    def line(self) -> str:
        """The progress so far."""
        speed = self.steps / self.seconds if self.seconds else 0.0
        return (
            f"{self.runs} runs, {self.steps} steps, {speed:.0f} steps/s per worker, {self.with_check_out} with a "
            f"check-out, {len(self.hits)} of {len(self.enumerated)} crash points hit, {len(self.failures)} failures"
        )

    def summary(self) -> str:
        """All figures, in lines."""
        counted = {kind: count for kind, count in self.shares.most_common() if kind not in NOT_STEPS}
        shares = ", ".join(f"{kind} {count / max(1, self.steps):.1%}" for kind, count in counted.items())
        share = self.with_check_out / max(1, self.runs)
        covered = ", ".join(f"{what} {count}" for what, count in self.coverage.most_common())
        lines = [self.line(), f"shares: {shares}", f"brought about: {covered or 'nothing'}"]
        lines.append(f"seeds that bring a stay to check-out: {share:.0%}")
        return "\n".join([*lines, *self.failures])

    @property
    def enumerated(self) -> set[str]:
        """The names of all crash points that a task has passed."""
        return {*self.passes, *self.passes_at_rest, *self.hits}

    def crash_point_table(self, planned: Mapping[str, int]) -> str:
        """The crash points of each service that were not hit, with what is known of the reason, after those hit.

        `planned` counts the deaths that were planned at each point.
        """
        hit = [f"{self.hits[name]:6} hit {self.passes[name]:8} passed  {name}" for name in sorted(self.hits)]
        missed: dict[str, list[str]] = {}
        for name in sorted(self.enumerated - self.hits.keys()):
            missed.setdefault(name.split(",")[0].split(":")[0], []).append(
                f"    {name}: {self._why_missed(name, planned)}"
            )
        lines = [*hit, ""]
        for service, points in missed.items():
            lines += [f"{service}: {len(points)} crash points were not hit", *points]
        idle = not_begun(self.enumerated)
        lines += [
            f"{len(idle)} of {len(task_names())} tasks of services were not begun",
            *(f"    {each}" for each in idle),
        ]
        return "\n".join([*lines, f"{len(self.enumerated)} crash points enumerated, {len(self.hits)} of them hit"])

    def _why_missed(self, name: str, planned: Mapping[str, int]) -> str:
        if planned.get(name):
            return f"{planned[name]} runs with a death planned there did not come to it again"
        if name not in self.passes:
            return f"passed only at rest, when nothing dies any more ({self.passes_at_rest[name]} times)"
        return f"passed {self.passes[name]} times, in {self.runs_that_pass[name]} of {self.runs} runs"


def answer_table(answers: Mapping[str, int]) -> str:
    """How often each ask had which outcome."""
    return "\n".join(f"{count:7} {answer}" for answer, count in sorted(answers.items()))


def failure_text(result: dict[str, Any], path: Path) -> str:
    """A failure as people read it."""
    trace = "\n".join(f"    {line}" for line in result["trace"][-TRACE_LINES:])
    chosen = sum(map(bool, result["tape"]))
    return (
        f"seed {result['seed']} breaks a promise: {result['violation']}\n{trace}\n"
        f"  {len(result['tape'])} choices, {chosen} of them not the plainest; replay: "
        f'make simulate ARGS="--replay {path}"\n'
    )


def write_failure(result: dict[str, Any], steps: int) -> Path:
    """Write the failure's choices to a file; returns its path."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    path = FAILURES / f"seed-{result['seed']}.json"
    content = {name: result[name] for name in ("seed", "kind", "violation", "tape", "plan")} | {"steps": steps}
    path.write_text(json.dumps(content) + "\n")
    return path
