"""Cancellation policies are added, changed and removed by hand. Bookings keep the terms that they were made with."""

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms import (
    AddPolicy,
    ChangePolicy,
    GetPolicy,
    ListPolicies,
    Policies,
    PolicyDefinition,
    RemovePolicy,
)
from contracts.values import Permission
from services.rooms.domain import policies
from services.rooms.domain.amending import amended, check
from services.rooms.domain.hotels import Hotel
from services.rooms.handlers.editing import noted, opened, seen
from services.rooms.work import RoomsWork


def list_policies(query: ListPolicies, work: RoomsWork) -> Policies:
    """A page of the hotel's policies."""
    seen(work, query.hotel)
    count, results = work.policies.page(query.hotel, search=query.search, page=query.page)
    return Policies(count=count, results=tuple(results))


def get_policy(query: GetPolicy, work: RoomsWork) -> PolicyDefinition:
    """One policy."""
    seen(work, query.hotel)
    return _known(work.policies.get(query.hotel, query.code))


def add_policy(command: AddPolicy, work: RoomsWork) -> PolicyDefinition:
    """Add terms that room types can name."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    if work.policies.get(hotel.slug, command.policy.code):
        raise Refusal("POLICY_EXISTS", f"There is a policy {command.policy.code.upper()}.")
    return _written(work, hotel, command.policy, what="PolicyAdded")


def change_policy(command: ChangePolicy, work: RoomsWork) -> PolicyDefinition:
    """Change the terms of bookings to come. Another kind has its own free hours where none are named with it."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    current = _known(work.policies.get(hotel.slug, command.code))
    if current.is_standard and command.is_standard is False:
        check([("is_standard", "is given to another policy instead")])
    another_kind = command.kind not in (None, current.kind) and command.free_until_hours is None
    clear = {*command.clear, *(("free_until_hours",) if another_kind else ())}
    wanted = amended(current, command, clear=sorted(clear))
    return current if wanted == current else _written(work, hotel, wanted, what="PolicyChanged")


def remove_policy(command: RemovePolicy, work: RoomsWork) -> Nothing:
    """Drop terms that nothing names."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    current = _known(work.policies.get(hotel.slug, command.code))
    if not work.policies.remove(hotel.slug, current.code):
        raise Refusal("POLICY_IN_USE", f"Policy {current.code} is the standard one, or a room type's.")
    noted(work, hotel, "PolicyRemoved", why=current.code)
    return Nothing()


def _written(work: RoomsWork, hotel: Hotel, wanted: PolicyDefinition, *, what: str) -> PolicyDefinition:
    check(policies.problems(wanted, currency=hotel.currency))
    code = wanted.code.upper()
    work.policies.put(hotel.slug, code=code, name=wanted.name, terms=policies.terms(wanted, currency=hotel.currency))
    if wanted.is_standard:
        work.policies.make_standard(hotel.slug, code)
    noted(work, hotel, what, why=code)
    return _known(work.policies.get(hotel.slug, code))


def _known(found: PolicyDefinition | None) -> PolicyDefinition:
    if found is None:
        raise Refusal("POLICY_NOT_FOUND", "The hotel has no such cancellation policy.")
    return found
