"""The names of staff: read in one statement, cached for some seconds, and left out where they cannot be read."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetBooking
from contracts.gateway.staff_accounts import GetStaffNames
from contracts.values import Actor, ActorKind
from gateway.identity.roles import Role
from gateway.lookups.staff_names import MAX_AGE, MOST_IDS, StaffNameLookup
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway


class Accounts:
    """Names by hotel and id; counts the reads."""

    def __init__(self) -> None:
        self.names = {("h", "7"): "Nora Clerk"}
        self.reads: list[list[str]] = []
        self.down = False

    async def read(self, hotel: str, ids: Collection[str]) -> Mapping[str, str]:
        self.reads.append(sorted(ids))
        if self.down:
            raise Unavailable("the accounts cannot be reached")
        return {each: self.names[hotel, each] for each in ids if (hotel, each) in self.names}


def test_names_are_read_once_also_those_of_nobody_and_a_new_name_is_read_some_seconds_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, accounts = [100.0], Accounts()
    monkeypatch.setattr("chassis.ttl_cache.monotonic", lambda: now[0])
    lookup = StaffNameLookup(accounts.read)

    for _ in range(2):
        assert asyncio.run(lookup.of("h", ["7", "unknown"])) == {"7": "Nora Clerk"}
    assert asyncio.run(lookup.of("other", ["7"])) == {}
    assert accounts.reads == [["7", "unknown"], ["7"]]

    accounts.names["h", "7"] = "Nora Desk"
    now[0] += MAX_AGE
    assert asyncio.run(lookup.of("h", ["7"])) == {"7": "Nora Desk"}


def test_a_name_that_cannot_be_read_is_left_out_and_read_again() -> None:
    accounts = Accounts()
    lookup, accounts.down = StaffNameLookup(accounts.read), True

    assert asyncio.run(lookup.of("h", ["7"])) == {}
    accounts.down = False
    assert asyncio.run(lookup.of("h", ["7"])) == {"7": "Nora Clerk"}


def test_a_service_is_told_the_names_of_a_hotel_and_not_of_any_number_of_ids() -> None:
    lookup = StaffNameLookup(Accounts().read)

    assert asyncio.run(lookup.answer(GetStaffNames(hotel="h", staff_ids=("7", "8")))).names == {"7": "Nora Clerk"}
    with pytest.raises(Refusal, match="more than"):
        asyncio.run(lookup.answer(GetStaffNames(hotel="h", staff_ids=("7",) * (MOST_IDS + 1))))


def test_a_booking_names_a_closed_account_and_a_member_of_staff_who_acted_in_person(gateway: Gateway) -> None:
    clerk = builders.staff(Role.FRONT_DESK, name="Nora Present")
    headers = gateway.accounts.signed_in(clerk)
    own = Actor(ActorKind.STAFF, str(clerk.id))
    gateway.bus.answers(GetBooking, builders.booking(decision_made_by=builders.CLERK, confirmed_by=own))

    path = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/"
    body = gateway.get(path, headers=headers).json()

    assert (body["decision_made_by"]["name"], body["confirmed_by"]["name"]) == ("Nora Clerk", "Nora Present")
