"""Planted faults of room plans: blocks that are ignored, stays that could move, staff who are not told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.bookings.domain import room_plan_checks
from services.rooms.domain.room_plan import proposal
from services.rooms.domain.room_plan.sources import PlanSources, sources
from tests.simulation.actors import arrivals, decisions, rooms_for_sale
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

# Bookings of some nights in a hotel whose rooms are assigned by chance, promised, and blocked.
CROWDED: dict[str, tuple[Any, ...]] = {
    "duty": (arrivals.book, arrivals.assign, arrivals.lock, decisions.decide, rooms_for_sale.block),
    "days ahead": (1, 2), "nights": (1, 3),
}  # fmt: skip
BY_CHANCE = {"the best room": 0.0, "any room": 0.0, "no number": 0.0}


@planted("I18", actors=("manager", "guests-2"), odds=BY_CHANCE, choices=CROWDED, kind_of_run="ordinary")
def room_plans_ignore_blocks(product: Replacements) -> None:
    """A plan gives stays rooms that are blocked: nobody hears of a stay that has none."""

    def without_blocks(*about: Any, **more: Any) -> PlanSources:
        return replace(sources(*about, **more), blocks=())

    product.replace(proposal, "sources", without_blocks)


@planted(
    "I18",
    actors=("desk-2", "guests-2"),
    odds=BY_CHANCE,
    choices={**CROWDED, "duty": (arrivals.book, arrivals.assign), "nights": (1, 2, 3)},
    kind_of_run="ordinary",
    steps=700,
)
def room_plans_move_nobody(product: Replacements) -> None:
    """A plan fills the gaps between stays that have a room, and finds none where one of them had to move."""

    def fixed(*about: Any, **more: Any) -> PlanSources:
        plan = sources(*about, **more)
        return replace(plan, stays=tuple(replace(stay, fixed=stay.room_id is not None) for stay in plan.stays))

    product.replace(proposal, "sources", fixed)


@planted("I18", actors=("manager", "guests-2"), odds=BY_CHANCE, choices=CROWDED, kind_of_run="ordinary")
def nobody_is_told_of_a_stay_without_a_room(product: Replacements) -> None:
    """The check of room plans finds a stay without a room, and tells nobody."""
    compared = room_plan_checks.compared

    def without_news(*about: Any, **more: Any) -> tuple[Any, Any]:
        return compared(*about, **more)[0], ()

    product.replace(room_plan_checks, "compared", without_news)
