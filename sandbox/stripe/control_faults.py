"""The control's endpoints for faults."""

from __future__ import annotations

from fastapi import APIRouter

from sandbox.stripe.desk import Desk
from sandbox.stripe.faults import FaultSpec
from sandbox.stripe.world import Json


def add_faults(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/faults")
    async def read_faults() -> Json:
        return {"faults": desk.faults.described()}

    @routes.post("/faults")
    async def add_fault(spec: FaultSpec) -> Json:
        return desk.faults.add(spec).described()

    @routes.delete("/faults")
    async def lift_all() -> Json:
        desk.faults.remove()
        return {"faults": []}

    @routes.delete("/faults/{fault_id}")
    async def lift(fault_id: str) -> Json:
        desk.faults.remove(fault_id)
        return {"faults": desk.faults.described()}
