"""The control API's endpoints for faults."""

from __future__ import annotations

from fastapi import APIRouter

from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.faults import FaultSpec
from sandbox.stripe.store import Json


def add_faults(routes: APIRouter, state: StripeAppState) -> None:
    @routes.get("/faults")
    async def read_faults() -> Json:
        return {"faults": state.faults.as_json()}

    @routes.post("/faults")
    async def add_fault(spec: FaultSpec) -> Json:
        return state.faults.add(spec).as_json()

    @routes.delete("/faults")
    async def remove_all() -> Json:
        state.faults.remove()
        return {"faults": []}

    @routes.delete("/faults/{fault_id}")
    async def remove(fault_id: str) -> Json:
        state.faults.remove(fault_id)
        return {"faults": state.faults.as_json()}
