"""The cast: every actor of a run, with the name under which it acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gateway.identity.roles import Role
from tests.simulation.actors import (
    arrivals,
    deciding,
    departures,
    diligence,
    housekeeping,
    messages,
    prices,
    rooms_for_sale,
    strangers,
)
from tests.simulation.actors.clock import clock
from tests.simulation.actors.colleague import PAUSES, SHORT_PAUSES, Duty, work
from tests.simulation.actors.habits import SPENDING
from tests.simulation.actors.operators import operators
from tests.simulation.actors.provider import provider
from tests.simulation.actors.stage import Stage
from tests.simulation.actors.trips import guests

ALWAYS = ("desk", "guests-1")
KINDS, KIND_WEIGHTS = ("ordinary", "crowded", "money"), (3, 1, 6)  # of runs
SPENDERS = ("guests-1", "guests-2", "guests-3")
BESIDE_MONEY = ("provider", "clock", "cleaner", "manager")
Actor = Callable[[Any], None]

FRONT_DESK: Mapping[Duty, int] = {
    diligence.serve: 50, deciding.decide: 2, arrivals.receive: 2, departures.check_out: 2, arrivals.walk_in: 2,
    arrivals.book: 3, arrivals.assign: 1, arrivals.unassign: 1, arrivals.mark_no_show: 1, departures.settle: 2,
    departures.extend: 1, departures.move: 1, departures.handle_overstay: 2, departures.check_out_rooms: 1,
    messages.serve: 2, messages.answer_chats: 1, messages.communicate: 1, deciding.cancel: 1, deciding.confirm: 1,
    deciding.amend: 1, deciding.retry_refund: 1, deciding.revoke_token: 1, strangers.any_command: 1,
}  # fmt: skip
MONEY_DESK: Mapping[Duty, int] = {
    **FRONT_DESK,
    diligence.serve: 50, deciding.decide: 4, deciding.cancel: 4, deciding.retry_refund: 3, departures.settle: 3,
    arrivals.mark_no_show: 2, departures.check_out: 8, arrivals.book: 1, messages.serve: 1, strangers.any_command: 0,
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
    prices.change_promotions: 2, prices.change_policies: 3, prices.change_menu: 3, deciding.cancel: 2,
    departures.check_out_rooms: 2, arrivals.mark_no_show: 1, housekeeping.change_any_status: 1,
    strangers.from_another_hotel: 2, messages.read_the_timeline: 1, deciding.decide: 2, arrivals.receive: 2,
    departures.move: 2,
}  # fmt: skip


def staff(role: Role, duties: Mapping[Duty, int], **more: Any) -> dict[str, Any]:
    """The arguments of a member of staff, for `colleague.work`."""
    return {"role": role, "duties": duties, **more}


def cast(world: Stage) -> dict[str, Actor]:
    """The actors of a run, by name: the front desk and guests always, every other one in some runs.

    In a run about money, guests pay at once in the hotel that approves bookings, its desk decides on them at once, and
    both cancel.
    """
    kind = world.choices.pick("kind of run", KINDS, KIND_WEIGHTS)
    about_money = kind == "money"
    at = 1 if about_money else 0
    duties = MONEY_DESK if about_money else FRONT_DESK
    colleagues = {
        "desk": staff(Role.FRONT_DESK, duties, at=at, pauses=SHORT_PAUSES if about_money else PAUSES),
        "other-desk": staff(Role.FRONT_DESK, FRONT_DESK, at=1),
        "desk-2": staff(Role.FRONT_DESK, duties, at=at),
        "manager": staff(Role.MANAGER, MANAGER, at=at, superuser=True),
        "cleaner": staff(Role.HOUSEKEEPING, HOUSEKEEPING, at=at),
        "supervisor": staff(Role.HOUSEKEEPING_SUPERVISOR, SUPERVISOR, at=at),
    }
    others = {
        "guests-1": guests,
        "guests-2": guests,
        "guests-3": guests,
        "nonsense": strangers.nonsense,
        "operator": operators,
        "provider": provider,
        "clock": clock,
    }
    everybody: dict[str, Actor] = {
        **{name: partial(_at_work, name=name, **about) for name, about in colleagues.items()},
        **{name: partial(actor, name=name) for name, actor in others.items()},
    }
    if about_money:
        everybody |= {name: partial(guests, name=name, habits=SPENDING) for name in SPENDERS}
    here = {*ALWAYS, *SPENDERS} if about_money else ALWAYS
    likely = {name: 0.35 if not about_money or name in BESIDE_MONEY else 0.05 for name in everybody}
    return {
        name: actor
        for name, actor in everybody.items()
        if name in here or kind == "crowded" or world.choices.chance(f"with the {name}", likely[name])
    }


def _at_work(world: Any, *, name: str, **about: Any) -> None:
    work(world, name, about.pop("role"), about.pop("duties"), **about)
