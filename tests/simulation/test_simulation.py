"""The simulation itself: the same seed is the same run, fixed seeds and kept failures are green."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import seeded
from tests.simulation.directed_deaths import DirectedSearch
from tests.simulation.distribution import distribute
from tests.simulation.reports import CORPUS
from tests.simulation.worker_pool import WorkerPool

SEED, STEPS = 11, 200
FIXED = (1, 2)
KEPT = sorted(CORPUS.glob("*.json"))


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as made:
        yield made


@pytest.fixture(scope="module")
def plain(pool: WorkerPool) -> Mapping[str, Any]:
    return pool.workers[0].run(SEED, STEPS)


def test_the_same_seed_is_the_same_run_in_another_process(pool: WorkerPool) -> None:
    first, second = pool.workers
    second.run(SEED + 1, 100)  # what a worker did before changes nothing
    one, other = distribute(pool.workers, [SEED, SEED], lambda worker, seed: worker.run(seed, STEPS))

    assert one["hash"] == other["hash"]
    assert one["trace"] == other["trace"]
    assert first.run(SEED + 1, STEPS)["hash"] != one["hash"]


def test_a_tape_replays_its_run(pool: WorkerPool) -> None:
    worker = pool.workers[0]
    drawn = worker.run(SEED, 150)

    assert worker.run(SEED, 150, drawn["tape"])["hash"] == drawn["hash"]


def test_a_hunted_crash_point_is_hit_and_the_tape_alone_replays_the_run(pool: WorkerPool) -> None:
    worker = pool.workers[0]
    plain = worker.run(SEED, STEPS)
    missed = {name: count for name, count in plain["passes"].items() if name not in plain["hits"]}
    hunted = max(missed, key=lambda name: missed[name])

    hunt = worker.run(SEED, STEPS, spared=plain["passes"].keys() - {hunted})

    assert hunted in hunt["hits"]
    assert worker.run(SEED, STEPS, hunt["tape"])["hash"] == hunt["hash"]


@pytest.mark.parametrize(
    ("passed", "task"), [("passes", ""), ("passes_at_rest", ""), ("passes_at_rest", "relay of bookings: publish after")]
)
def test_a_planned_death_comes_at_its_passage_and_the_tape_and_the_plan_replay_the_run(
    pool: WorkerPool, plain: Mapping[str, Any], passed: str, task: str
) -> None:
    worker = pool.workers[0]
    planned = next(name for name in plain[passed] if name not in plain["hits"] and task in name)
    plan = [{"point": planned, "passage": 1 if passed == "passes" else plain["passes"].get(planned, 0) + 1}]

    run = worker.run(SEED, STEPS, plan=plan)

    assert run["hits"].get(planned) == 1
    assert (run["violation"], run["plan"]) == ("", plan)
    assert worker.run(SEED, STEPS, run["tape"], plan=plan)["hash"] == run["hash"]


def test_a_plan_that_is_not_met_changes_nothing(pool: WorkerPool, plain: Mapping[str, Any]) -> None:
    with_plan = pool.workers[0].run(SEED, STEPS, plan=[{"point": "nowhere", "passage": 1}])

    assert with_plan["hash"] == plain["hash"]


def test_the_directed_search_hits_points_that_were_passed_and_not_hit(
    pool: WorkerPool, plain: Mapping[str, Any]
) -> None:
    search = DirectedSearch(plain["hits"])
    search.remember(plain)
    directed = next(search.runs())

    hits = directed.carry_out(pool.workers[0], STEPS)["hits"]

    assert directed.plan[0]["point"] in hits.keys() - plain["hits"].keys()
    assert {death["point"] for death in directed.plan} & plain["hits"].keys() == set()


@pytest.mark.parametrize("seed", FIXED)
def test_fixed_seeds_are_green(pool: WorkerPool, seed: int) -> None:
    result = pool.workers[seed % 2].run(seed, STEPS)

    assert result["violation"] == ""
    assert result["shares"]["commit"] > 100


@pytest.mark.parametrize("path", KEPT, ids=[path.stem for path in KEPT])
def test_kept_failures_are_green(pool: WorkerPool, path: Path) -> None:
    failure = json.loads(path.read_text())
    result = pool.workers[0].run(failure["seed"], failure["steps"], failure["tape"], plan=failure.get("plan", ()))

    assert result["violation"] == ""


def test_only_a_worker_takes_its_process_over() -> None:
    with pytest.raises(RuntimeError, match=r"only tests\.simulation\.worker"):
        seeded.take_over()


def test_the_command_says_how_it_is_used() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--help"], capture_output=True, text=True, check=True
    ).stdout

    assert all(
        option in said
        for option in ("--seed", "--steps", "--minutes", "--workers", "--replay", "--points", "--every-point")
    )
