"""The committed figures: `figures.json` has those of each row, with the machine, commit and load of the run."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.cost_table import middle_cost
from tests.bench.harness import Measured, Metric, middle, rate
from tests.bench.levels import Level

FIGURES = Path(__file__).with_name("figures.json")


def save(figures: Sequence[Metric], levels: Sequence[Level]) -> None:
    """Replace these rows in the file, and leave the others as they are."""
    rows = committed()
    rows |= {figure.comparison.name: _row(figure) | _circumstances() for figure in figures}
    rows |= {
        level.name: {"goal": level.goal_text, "level": round(level.value, 1)} | _circumstances() for level in levels
    }
    FIGURES.write_text(json.dumps(rows, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def committed() -> dict[str, Any]:
    """The rows of the file, by name."""
    rows: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    return rows


def _row(figure: Metric) -> dict[str, Any]:
    ratios = sorted(figure.ratios)
    return {
        "goal": figure.comparison.goal_text,
        "ratio": round(figure.ratio, 3),
        "ratios": [round(ratios[0], 3), round(ratios[-1], 3)],
        **_side(figure.things, "per_second", "p99_ms"),
        **_side(figure.yardsticks, "yardstick_per_second", "yardstick_p99_ms"),
        "yardstick": figure.comparison.against,
        **_costs(figure.things, "cost"),
        **_costs(figure.yardsticks, "yardstick_cost"),
    }


def _costs(rounds: Sequence[Measured], name: str) -> dict[str, dict[str, float]]:
    cost = {counter: round(value, 2) for counter, value in middle_cost(rounds).items()}
    return {name: cost} if cost else {}


def _side(rounds: Sequence[Any], per_second: str, p99_ms: str) -> dict[str, float]:
    p99 = middle(rounds, 0.99)
    return {per_second: round(rate(rounds), 2)} | ({p99_ms: round(p99, 1)} if p99 is not None else {})


def _circumstances() -> dict[str, Any]:
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "commit": head.stdout.strip(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[1], 1),  # of the last five minutes, this benchmark's own included
        "machine": _machine(),
        "measured_on": str(datetime.now(UTC).date()),
    }


def _machine() -> str:
    """The processor's name, and the system's; empty where the system does not tell."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return ", ".join(filter(None, [*names[:1], f"{platform.system()} {platform.machine()}"]))
