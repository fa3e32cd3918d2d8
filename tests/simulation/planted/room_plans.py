"""Planted faults of room plans: blocks that are ignored, a room that is overlooked, staff who are not told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.bookings.domain import room_plan_checks
from services.rooms.domain.room_plan import proposal
from services.rooms.domain.room_plan.sources import PlanSources, sources
from tests.simulation.actors import arrivals, rooms_for_sale
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

# Bookings of tonight and later, by the desk, in rooms of which some are blocked; no guest arrives.
BOOKED: dict[str, tuple[Any, ...]] = {
    "duty": (arrivals.book,), "payment": ("none",), "days ahead": (0,), "nights": (1, 3),
}  # fmt: skip
BLOCKED = {**BOOKED, "duty": (arrivals.book, rooms_for_sale.block), "first night": (0, 1)}


@planted("I18", actors=("manager",), choices=BLOCKED, kind_of_run="ordinary", steps=300)
def room_plans_ignore_blocks(product: Replacements) -> None:
    """A plan gives stays rooms that are blocked: nobody hears of a stay that has none."""

    def without_blocks(*about: Any, **more: Any) -> PlanSources:
        return replace(sources(*about, **more), blocks=())

    product.replace(proposal, "sources", without_blocks)


@planted("I18", choices=BOOKED, kind_of_run="ordinary", steps=300)
def room_plans_overlook_a_room(product: Replacements) -> None:
    """A plan does not know of one room: stays that could have it are without a room."""

    def with_one_less(*about: Any, **more: Any) -> PlanSources:
        plan = sources(*about, **more)
        rooms = tuple(room for room in plan.rooms if room.room_number != "2")
        known = {None, *(room.room_id for room in rooms)}
        stays = tuple(stay for stay in plan.stays if stay.room_id in known)
        return replace(
            plan, rooms=rooms, stays=stays, blocks=tuple(each for each in plan.blocks if each.room_id in known)
        )

    product.replace(proposal, "sources", with_one_less)


@planted("I18", actors=("manager",), choices=BLOCKED, kind_of_run="ordinary", steps=300)
def nobody_is_told_of_a_stay_without_a_room(product: Replacements) -> None:
    """The check of room plans finds a stay without a room, and tells nobody."""
    compared = room_plan_checks.compared

    def without_news(*about: Any, **more: Any) -> tuple[Any, Any]:
        return compared(*about, **more)[0], ()

    product.replace(room_plan_checks, "compared", without_news)
