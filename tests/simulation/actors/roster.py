"""The roster: every actor of a run by its name, and the duties of each member of staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gateway.identity.roles import Role
from tests.simulation.actors import (
    arrivals,
    booking_progress,
    changes,
    decisions,
    departures,
    house_rules,
    housekeeping,
    messages,
    misuse,
    prices,
    rooms_for_sale,
    undo,
)
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.clock import clock
from tests.simulation.actors.colleague import PAUSES, SHORT_PAUSES, Duty, work
from tests.simulation.actors.guest_profiles import CHANGING_GUEST, ORDINARY_GUEST, PAYING_GUEST
from tests.simulation.actors.operators import operators
from tests.simulation.actors.provider import provider
from tests.simulation.actors.trips import guests

ALWAYS_PRESENT = ("owner", "desk", "guests-1")
RUN_KINDS, RUN_KIND_WEIGHTS = ("ordinary", "crowded", "money", "changes"), (3, 1, 4, 2)
PAYING_KINDS = ("money", "changes")
GUESTS = ("guests-1", "guests-2", "guests-3")
COMMON_IN_MONEY_RUNS = ("provider", "clock", "cleaner", "manager")
Actor = Callable[[Any], None]

FRONT_DESK: Mapping[Duty, int] = {
    booking_progress.advance_booking: 50, decisions.decide: 2, arrivals.receive: 2, departures.check_out: 2,
    arrivals.walk_in: 2, arrivals.book: 3, arrivals.assign: 1, arrivals.unassign: 1, arrivals.mark_no_show: 1,
    arrivals.check_in_bookings: 1, arrivals.plan_rooms: 2, arrivals.lock: 1,
    departures.settle: 2, departures.extend: 1, departures.move: 1, departures.handle_overstay: 2,
    departures.check_out_rooms: 1, messages.advance_order: 2, messages.answer_chats: 1, messages.communicate: 1,
    decisions.cancel: 1, decisions.confirm: 1, decisions.amend: 1, decisions.retry_refund: 1, decisions.revoke_token: 1,
    misuse.command_at_any_status: 1,
    undo.undo: 2, changes.change_stay: 4,
}  # fmt: skip
MONEY_DESK: Mapping[Duty, int] = {
    **FRONT_DESK,
    booking_progress.advance_booking: 50, decisions.decide: 4, decisions.cancel: 4, decisions.retry_refund: 3,
    departures.settle: 3, arrivals.mark_no_show: 2, departures.check_out: 8, arrivals.book: 1,
    messages.advance_order: 1, misuse.command_at_any_status: 0,
    changes.change_stay: 10,
}  # fmt: skip
CHANGING_DESK: Mapping[Duty, int] = {
    **MONEY_DESK,
    booking_progress.advance_booking: 20, decisions.decide: 20, decisions.cancel: 2, changes.change_stay: 24,
}  # fmt: skip
HOUSEKEEPING: Mapping[Duty, int] = {
    housekeeping.clean: 6, housekeeping.work_on_a_task: 6, housekeeping.report_damage: 1, housekeeping.repair: 2,
}  # fmt: skip
SUPERVISOR: Mapping[Duty, int] = {
    housekeeping.inspect: 10, housekeeping.repair: 2, housekeeping.change_any_status: 1, housekeeping.clean: 2,
}  # fmt: skip
MANAGER: Mapping[Duty, int] = {
    rooms_for_sale.block: 2, rooms_for_sale.unblock: 3, rooms_for_sale.change_rooms: 2,
    rooms_for_sale.change_room_types: 2, rooms_for_sale.change_settings: 3, prices.set_rates: 2,
    prices.change_promotions: 2, prices.change_policies: 3, prices.change_menu: 3, decisions.cancel: 2,
    departures.check_out_rooms: 2, arrivals.mark_no_show: 1, housekeeping.change_any_status: 1,
    misuse.access_other_hotel: 2, messages.read_the_timeline: 1, decisions.decide: 2, arrivals.receive: 2,
    departures.move: 2, changes.change_stay: 3,
}  # fmt: skip


def actors_of_run(world: ActorWorld) -> dict[str, Actor]:
    """The actors of a run by name: the front desk and guests take part in every run, each other actor in some.

    In a run about money, guests pay at once in the hotel that approves bookings, its desk decides on them at once, and
    both cancel. In a run about changes, both change stays.
    """
    kind = world.choices.pick("kind of run", RUN_KINDS, RUN_KIND_WEIGHTS)
    about_money = kind in PAYING_KINDS
    actors = all_actors(kind)
    present = {*ALWAYS_PRESENT, *GUESTS} if about_money else ALWAYS_PRESENT
    likely = {name: 0.35 if not about_money or name in COMMON_IN_MONEY_RUNS else 0.05 for name in actors}
    return {
        name: actor
        for name, actor in actors.items()
        if name in present or kind == "crowded" or world.choices.chance(f"with the {name}", likely[name])
    }


def all_actors(kind: str) -> dict[str, Actor]:
    """Every actor that may take part in a run of this kind, by name."""
    at, pauses = (1, SHORT_PAUSES) if kind in PAYING_KINDS else (0, PAUSES)
    duties = {"money": MONEY_DESK, "changes": CHANGING_DESK}.get(kind, FRONT_DESK)
    rules = house_rules.RULES_OF_CHANGES if kind == "changes" else house_rules.RULES
    profile = {"money": PAYING_GUEST, "changes": CHANGING_GUEST}.get(kind, ORDINARY_GUEST)
    named: dict[str, Callable[..., None]] = {
        "owner": partial(house_rules.owner, options=rules),
        "desk": partial(work, role=Role.FRONT_DESK, duties=duties, at=at, pauses=pauses),
        "other-desk": partial(work, role=Role.FRONT_DESK, duties=FRONT_DESK, at=1),
        "desk-2": partial(work, role=Role.FRONT_DESK, duties=duties, at=at),
        "manager": partial(work, role=Role.MANAGER, duties=MANAGER, at=at, superuser=True),
        "cleaner": partial(work, role=Role.HOUSEKEEPING, duties=HOUSEKEEPING, at=at),
        "supervisor": partial(work, role=Role.HOUSEKEEPING_SUPERVISOR, duties=SUPERVISOR, at=at),
        **dict.fromkeys(GUESTS, partial(guests, profile=profile)),
        "invalid-requests": misuse.invalid_requests,
        "operator": operators,
    }
    actors: dict[str, Actor] = {name: partial(actor, name=name) for name, actor in named.items()}
    return {**actors, "provider": provider, "clock": clock}
