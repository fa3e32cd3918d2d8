"""Cancellation policies: what calling off costs, by room type."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import GetPolicy, ListPolicies, RemovePolicy
from contracts.values import Permission
from gateway.api.catalogue.requests import NewPolicy, PolicyChanges, Searching
from gateway.api.catalogue.responses import Policy, PolicyList, policies, policy
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/cancellation-policies")

MANAGES = Permission.MANAGE_SETTINGS
UNKNOWN = ("POLICY_NOT_FOUND",)


@routes.get("/", response=PolicyList, needs=MANAGES)
async def list_policies(request: ApiRequest, wanted: Annotated[Searching, Query()]) -> Response:
    """The hotel's cancellation policies by code."""
    found = await request.ask(ListPolicies(hotel=request.hotel, search=wanted.search.strip(), page=wanted.wanted))
    return request.respond(policies(found, wanted.wanted, request.query_params))


@routes.post("/", response=Policy, status=201, needs=MANAGES, refuses=("POLICY_EXISTS",))
async def add_policy(request: ApiRequest, body: NewPolicy) -> Response:
    """Add terms that room types can name, or make them the standard ones."""
    return request.respond(policy(await request.ask(body.command(request.hotel))))


@routes.get("/{code}/", response=Policy, needs=MANAGES, refuses=UNKNOWN)
async def get_policy(request: ApiRequest) -> Response:
    """One policy, by its code in any case."""
    return request.respond(policy(await request.ask(GetPolicy(hotel=request.hotel, code=request.code))))


@routes.patch("/{code}/", response=Policy, needs=MANAGES, refuses=UNKNOWN)
async def change_policy(request: ApiRequest, body: PolicyChanges) -> Response:
    """Change the terms of bookings to come. Those that are made keep theirs."""
    return request.respond(policy(await request.ask(body.command(request.hotel, request.code))))


@routes.delete("/{code}/", needs=MANAGES, refuses=(*UNKNOWN, "POLICY_IN_USE"))
async def remove_policy(request: ApiRequest) -> Response:
    """Drop it; refused while it is the standard one, or a room type names it."""
    await request.ask(RemovePolicy(hotel=request.hotel, code=request.code))
    return Response(status_code=204)
