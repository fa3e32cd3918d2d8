"""Admission: every operation of the OpenAPI document with every kind of credential."""

from typing import Any

import pytest

from chassis.refusal import Unavailable
from contracts.values import Permission
from gateway.identity.roles import EVERYTHING, PERMISSIONS, Role, permissions_of
from tests.unit.gateway import builders
from tests.unit.gateway.document import each_operation, example_of, tokens_of
from tests.unit.gateway.fakes import GUEST, Gateway, code

SAMPLES = builders.SAMPLES
PROOFS = ("", "Bearer", "Bearer short", "Basic abcdefghij", "Bearer hms_unknown-token", "Token x y z")
STAFF = each_operation(lambda _, operation: tokens_of(operation) == {"staffToken"})
GUESTS = each_operation(lambda _, operation: tokens_of(operation) == {"guestToken"})
EITHERS = each_operation(lambda _, operation: tokens_of(operation) == {"guestToken", "staffToken"})
OPEN = each_operation(lambda _, operation: not tokens_of(operation))


def _of(parameters: list[Any]) -> list[Any]:
    return [each.values[2] for each in parameters]


def test_there_are_operations_to_check() -> None:
    assert len(STAFF) > 60
    assert len(GUESTS) > 4
    assert len(EITHERS) > 4
    assert len(OPEN) > 10


@pytest.mark.parametrize(("method", "path", "operation"), [*STAFF, *GUESTS, *EITHERS])
def test_a_missing_or_invalid_token_is_401(gateway: Gateway, method: str, path: str, operation: dict[str, Any]) -> None:
    for proof in PROOFS if operation in _of(STAFF) else PROOFS[:4]:
        answer = gateway.call(method, path.format_map(SAMPLES), headers={"Authorization": proof} if proof else {})

        assert (answer.status_code, code(answer)) == (401, "INVALID_TOKEN")
        assert gateway.bus.asks == []
    assert "401" in operation["responses"]


@pytest.mark.parametrize(("method", "path", "operation"), OPEN)
def test_a_public_operation_ignores_tokens(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    plain = path.format_map(SAMPLES)
    proofs = ({}, manager, GUEST, {"Authorization": "Bearer hms_unknown-token"}, {"Authorization": "nonsense"})

    answers = {gateway.call(method, plain, headers=proof, **example_of(operation)).status_code for proof in proofs}

    assert len(answers) == 1
    assert not answers & {403}


@pytest.mark.parametrize(("method", "path", "operation"), STAFF)
def test_a_guests_token_is_no_staffs(gateway: Gateway, method: str, path: str, operation: dict[str, Any]) -> None:
    assert gateway.call(method, path.format_map(SAMPLES), headers=GUEST).status_code == 401


@pytest.mark.parametrize(("method", "path", "operation"), GUESTS)
def test_a_staff_token_is_no_guests(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    assert gateway.call(method, path.format_map(SAMPLES), headers=manager).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "operation"), [each for each in (*STAFF, *EITHERS) if "{slug}" in each.values[1]]
)
def test_another_hotel_is_403_and_an_unknown_hotel_404(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    other = gateway.call(method, path.format_map({**SAMPLES, "slug": builders.OTHER_HOTEL}), headers=manager)
    unknown = gateway.call(method, path.format_map({**SAMPLES, "slug": "atlantis"}), headers=manager)

    assert (other.status_code, code(other)) == (403, "PERMISSION_DENIED")
    assert (unknown.status_code, code(unknown)) == (404, "HOTEL_NOT_FOUND")
    assert {"403", "404"} <= operation["responses"].keys()


@pytest.mark.parametrize(
    ("method", "path", "operation"), [each for each in STAFF if each.values[2].get("x-permissions")]
)
def test_a_missing_permission_is_403(gateway: Gateway, method: str, path: str, operation: dict[str, Any]) -> None:
    for role in Role:
        proof = gateway.accounts.signed_in(builders.staff(role))
        allowed = bool(PERMISSIONS[role] & {Permission(needed) for needed in operation["x-permissions"]})
        gateway.bus.asks.clear()

        answer = gateway.call(method, path.format_map(SAMPLES), headers=proof)

        assert (answer.status_code != 403) == allowed
        if not allowed:
            assert code(answer) == "PERMISSION_DENIED"
            assert gateway.bus.asks == []


def test_a_superuser_has_every_permission_in_their_own_hotel_only(gateway: Gateway) -> None:
    proof = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING, is_superuser=True))
    approve = "/api/staff/hotels/{}/room-bookings/BK/approve/"

    assert permissions_of(Role.HOUSEKEEPING, superuser=True) == EVERYTHING
    assert gateway.post(approve.format(builders.HOTEL), headers=proof).status_code == 503
    assert gateway.post(approve.format(builders.OTHER_HOTEL), headers=proof).status_code == 403


def test_a_manager_has_every_permission_but_that_of_a_superuser() -> None:
    assert EVERYTHING - permissions_of(Role.MANAGER, superuser=False) == {Permission.SUPERUSER}


def test_a_hotel_is_cached(gateway: Gateway, manager: dict[str, str]) -> None:
    for _ in range(5):
        gateway.get(f"/api/staff/hotels/{builders.OTHER_HOTEL}/rooms/", headers=manager)
        gateway.get("/api/staff/hotels/atlantis/rooms/", headers=manager)

    assert len(gateway.bus.asks) == 2


def test_staff_get_503_while_the_accounts_are_down(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.accounts.down = True

    answer = gateway.get(f"/api/staff/hotels/{builders.HOTEL}/me/", headers=manager)

    assert (answer.status_code, code(answer)) == (503, "SERVICE_UNAVAILABLE")


def test_guests_are_served_while_the_accounts_are_down(gateway: Gateway) -> None:
    gateway.accounts.down = True

    assert gateway.get(f"/api/public/hotels/{builders.HOTEL}/").status_code == 200


def test_a_hotel_is_503_while_rooms_is_down(gateway: Gateway, manager: dict[str, str]) -> None:
    from contracts.rooms.hotels import GetHotel

    gateway.bus.answers(GetHotel, Unavailable("rooms is down"))

    assert gateway.get("/api/staff/hotels/atlantis/rooms/", headers=manager).status_code == 503
