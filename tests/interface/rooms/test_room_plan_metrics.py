"""Room plans in the metrics: those that were made, not proven in time, or not made."""

from dataclasses import replace

import pytest

from chassis.refusal import Unavailable
from contracts.operations import ReadMetrics
from services.rooms.domain.room_plan.plan import RoomPlan
from services.rooms.domain.room_plan.sources import PlanSources
from services.rooms.work import RoomsDependencies
from tests.fakes.planned_here import planned_here
from tests.interface.rooms.rooms_under_test import RoomsUnderTest
from tests.interface.rooms.test_room_plan import finding


def test_plans_that_were_not_proven_in_time_or_not_made_are_counted(service: RoomsUnderTest) -> None:
    def unproven(sources: PlanSources) -> RoomPlan:
        return replace(planned_here(sources), proven=False)

    def busy(_: PlanSources) -> RoomPlan:
        raise Unavailable("other room plans are being made")

    dependencies = service.unit_of_work.dependencies = RoomsDependencies(plan=planned_here)
    assert service.ask(finding(service, "BK-C")).proven
    service.unit_of_work.dependencies = replace(dependencies, plan=unproven)
    assert not service.ask(finding(service, "BK-C")).proven
    service.unit_of_work.dependencies = replace(dependencies, plan=busy)
    with pytest.raises(Unavailable):
        service.ask(finding(service, "BK-C"))

    metrics = {each.name: each.value for each in service.ask(ReadMetrics()).metrics}
    assert {name: value for name, value in metrics.items() if name.startswith("room_plans")} == {
        "room_plans_total": 2,
        "room_plans_unproven_total": 1,
        "room_plans_failed_total": 1,
    }
