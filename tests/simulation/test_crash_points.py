"""A hunt draws deaths to the crash points that no run has hit."""

from tests.simulation.crash_points import (
    MAX_HUNTED_DEATHS,
    NEW_POINT_PROBABILITY,
    RARITY_FACTOR,
    CrashPoints,
    PlannedDeath,
)

USUAL = 0.02


def test_deaths_are_likely_at_new_points_and_rare_at_others() -> None:
    hunting, evenly = CrashPoints(spared={"old"}), CrashPoints()

    assert hunting.probability("new", USUAL) == NEW_POINT_PROBABILITY
    assert hunting.probability("old", USUAL) == USUAL / RARITY_FACTOR
    assert evenly.probability("new", USUAL) == evenly.probability("old", USUAL) == USUAL


def test_a_point_is_new_until_this_run_hits_it() -> None:
    points = CrashPoints(spared=())
    points.doomed("new")
    points.hit("new")

    assert points.probability("new", USUAL) == USUAL / RARITY_FACTOR
    assert points.probability("another", USUAL) == NEW_POINT_PROBABILITY


def test_a_run_hunts_for_a_few_points_only() -> None:
    points = CrashPoints(spared=())
    for number in range(MAX_HUNTED_DEATHS):
        points.doomed(f"point {number}")

    assert points.probability("new", USUAL) == USUAL / RARITY_FACTOR


def test_where_nothing_dies_the_tape_has_no_entry_with_a_hunt_either() -> None:
    assert CrashPoints(spared=()).probability("new", 0.0) == 0.0


def test_a_death_is_planned_at_one_passage_of_one_point_counted_at_rest_too() -> None:
    points = CrashPoints(plan=[PlannedDeath("point", 2)])
    planned = []
    for name, at_rest in (("other", False), ("point", False), ("other", True), ("point", True), ("point", True)):
        points.passed(name, at_rest=at_rest)
        planned.append(points.is_planned(name))

    assert planned == [False, False, False, True, False]
