"""Cancellation policies: what calling off costs, by room type."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import GetPolicy, ListPolicies, RemovePolicy
from contracts.values import Permission
from gateway.bodies.terms import NewPolicy, PolicyChanges, Searching
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.terms import Policy, PolicyList, policies, policy

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/cancellation-policies")

MANAGES = Permission.MANAGE_SETTINGS
UNKNOWN = ("POLICY_NOT_FOUND",)


@routes.get("/", answers=PolicyList, needs=MANAGES)
async def list_policies(call: Call, wanted: Annotated[Searching, Query()]) -> Response:
    """The hotel's cancellation policies by code."""
    found = await call.ask(ListPolicies(hotel=call.hotel, search=wanted.search.strip(), page=wanted.wanted))
    return call.answer(policies(found, wanted.wanted, call.query_params))


@routes.post("/", answers=Policy, status=201, needs=MANAGES, refuses=("POLICY_EXISTS",))
async def add_policy(call: Call, body: NewPolicy) -> Response:
    """Add terms that room types can name, or make them the standard ones."""
    return call.answer(policy(await call.ask(body.command(call.hotel))))


@routes.get("/{code}/", answers=Policy, needs=MANAGES, refuses=UNKNOWN)
async def get_policy(call: Call) -> Response:
    """One policy, by its code in any case."""
    return call.answer(policy(await call.ask(GetPolicy(hotel=call.hotel, code=call.code))))


@routes.patch("/{code}/", answers=Policy, needs=MANAGES, refuses=UNKNOWN)
async def change_policy(call: Call, body: PolicyChanges) -> Response:
    """Change the terms of bookings to come. Those that are made keep theirs."""
    return call.answer(policy(await call.ask(body.command(call.hotel, call.code))))


@routes.delete("/{code}/", needs=MANAGES, refuses=(*UNKNOWN, "POLICY_IN_USE"))
async def remove_policy(call: Call) -> Response:
    """Drop it; refused while it is the standard one, or a room type names it."""
    await call.ask(RemovePolicy(hotel=call.hotel, code=call.code))
    return Response(status_code=204)
