"""The directed search plans a death at each point that was passed and not hit, in the run that passed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.simulation.directed_deaths import MAX_ATTEMPTS, MAX_PLANNED_DEATHS, DirectedSearch, SeedRun


def result(seed: int, passes: Sequence[str], *, at_rest: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    run: dict[str, Any] = {"seed": seed, "spared": None, "plan": [], "hits": {}}
    return run | {"passes": dict.fromkeys(passes, 3), "passes_at_rest": dict.fromkeys(at_rest, 1)} | more


def planned(run: SeedRun) -> list[str]:
    assert all(death["passage"] == 1 for death in run.plan)
    return [death["point"] for death in run.plan]


def test_deaths_are_planned_where_the_newest_run_has_passed_in_the_order_of_passage() -> None:
    hits = {"hit before"}
    search = DirectedSearch(hits)
    search.remember(result(1, ["z", "a", "hit before"], at_rest=["late"]))
    search.remember(result(2, ["a", "hit now"], hits={"hit now": 1}, spared=["hit before"]))

    runs = {run.seed: run for run in search.runs()}

    assert planned(runs[1]) == ["z", "late"]
    assert planned(runs[2]) == ["a"]
    assert runs[2].spared == ("hit before",)


def test_a_run_has_a_few_new_planned_deaths_besides_those_that_it_had() -> None:
    search = DirectedSearch(())
    earlier = {"point": "earlier", "passage": 1}
    search.remember(result(1, [f"point {number:02}" for number in range(MAX_PLANNED_DEATHS + 1)], plan=[earlier]))

    run, *others = search.runs()

    assert run.plan[0] == earlier
    assert len(run.plan) == 1 + MAX_PLANNED_DEATHS
    assert sum(len(each.plan) - 1 for each in others) == 1


def test_no_death_is_planned_at_a_point_that_another_run_has_hit_meanwhile() -> None:
    hits: set[str] = set()
    search = DirectedSearch(hits)
    search.remember(result(1, ["first"]))
    search.remember(result(2, ["second"]))
    runs = search.runs()

    first = next(runs)
    hits.add("second")

    assert planned(first) == ["first"]
    assert list(runs) == []


def test_the_search_ends_where_a_run_does_not_come_to_its_point_again() -> None:
    search = DirectedSearch(())
    search.remember(result(1, ["point"]))

    attempts = 0
    while search.waiting():
        attempts += len(list(search.runs()))

    assert attempts == search.attempts["point"] == MAX_ATTEMPTS
