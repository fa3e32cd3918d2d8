"""What the command says: a line while it runs, a failure with its trace and its file, and the summary."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FAILURES = Path(".run/simulation")
CORPUS = Path(__file__).parent / "corpus"
NO_STEPS = ("turn", "check-out", "lock wait")
LINES = 40  # of a failure's trace


@dataclass
class Totals:
    """The sum of all runs. `hits` and `passes` count the crash points by name."""

    runs: int = 0
    steps: int = 0
    seconds: float = 0.0
    with_check_out: int = 0
    shares: Counter[str] = field(default_factory=Counter)
    passes: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
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
        if result["kind"]:
            self.failures.append(f"seed {result['seed']}: {result['violation']}")

    def line(self) -> str:
        """The progress so far."""
        speed = self.steps / self.seconds if self.seconds else 0.0
        return (
            f"{self.runs} runs, {self.steps} steps, {speed:.0f} steps/s per worker, {self.with_check_out} with a "
            f"check-out, {len(self.hits)} of {len(self.passes)} crash points hit, {len(self.failures)} failures"
        )

    def summary(self) -> str:
        """All figures, in lines."""
        counted = {kind: count for kind, count in self.shares.most_common() if kind not in NO_STEPS}
        shares = ", ".join(f"{kind} {count / max(1, self.steps):.1%}" for kind, count in counted.items())
        share = self.with_check_out / max(1, self.runs)
        lines = [self.line(), f"shares: {shares}", f"seeds that bring a stay to check-out: {share:.0%}"]
        return "\n".join([*lines, *self.failures])

    def points(self) -> str:
        """Every crash point, with how often it was passed and hit; those never hit come first."""
        names = sorted(self.passes, key=lambda name: (self.hits[name], name))
        return "\n".join(f"{self.hits[name]:6} hit {self.passes[name]:8} passed  {name}" for name in names)


def failure_text(result: dict[str, Any], path: Path) -> str:
    """A failure as people read it."""
    trace = "\n".join(f"    {line}" for line in result["trace"][-LINES:])
    chosen = sum(map(bool, result["tape"]))
    return (
        f"seed {result['seed']} breaks a promise: {result['violation']}\n{trace}\n"
        f"  {len(result['tape'])} choices, {chosen} of them not the plainest; replay: "
        f'make simulate ARGS="--replay {path}"\n'
    )


def keep(result: dict[str, Any], steps: int) -> Path:
    """Write the failure's choices to a file; returns its path."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    path = FAILURES / f"seed-{result['seed']}.json"
    content = {name: result[name] for name in ("seed", "kind", "violation", "tape")} | {"steps": steps}
    path.write_text(json.dumps(content) + "\n")
    return path
