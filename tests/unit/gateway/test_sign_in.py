"""Staff sign in and out, and read their own profile."""

import pytest

from chassis.refusal import Unavailable
from contracts.message import Nothing
from contracts.notifier.channel_authorisation import DropUser
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

HOTEL = f"/api/staff/hotels/{builders.HOTEL}"


def test_sign_in_returns_a_token_and_sign_out_ends_it(gateway: Gateway) -> None:
    gateway.accounts.passwords["nora@example.com"] = ("right horse", builders.staff(Role.FRONT_DESK))

    session = gateway.post("/api/staff/login/", {"email": "nora@example.com", "password": "right horse"}).json()
    proof = {"Authorization": f"Token {session['token']}"}
    first = gateway.get(f"{HOTEL}/me/", headers=proof)
    out = gateway.post("/api/staff/logout/", headers=proof)
    after = gateway.get(f"{HOTEL}/me/", headers=proof)

    assert session["staff"]["role"] == "front_desk"
    assert "can_approve" in session["staff"]["permissions"]
    assert [first.status_code, out.status_code, after.status_code] == [200, 204, 401]


def test_a_sign_out_closes_the_connections_at_the_push_provider(gateway: Gateway) -> None:
    gateway.bus.answers(DropUser, Nothing())
    proof = gateway.accounts.signed_in(builders.staff(Role.FRONT_DESK))

    assert gateway.post("/api/staff/logout/", headers=proof).status_code == 204
    assert gateway.bus.last(DropUser) == DropUser(staff_id=str(builders.staff().id))


def test_a_sign_out_works_while_the_notifier_is_down(gateway: Gateway) -> None:
    gateway.bus.answers(DropUser, Unavailable("gone"))
    proof = gateway.accounts.signed_in(builders.staff(Role.FRONT_DESK))

    assert gateway.post("/api/staff/logout/", headers=proof).status_code == 204
    assert gateway.get(f"{HOTEL}/me/", headers=proof).status_code == 401


@pytest.mark.parametrize("email", ["nora@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_email_look_alike(gateway: Gateway, email: str) -> None:
    gateway.accounts.passwords["nora@example.com"] = ("right horse", builders.staff())

    answer = gateway.post("/api/staff/login/", {"email": email, "password": "wrong"})

    assert (answer.status_code, code(answer)) == (401, "INVALID_CREDENTIALS")


def test_me_has_profile_hotel_and_permissions(gateway: Gateway, front_desk: dict[str, str]) -> None:
    body = gateway.get(f"{HOTEL}/me/", headers=front_desk).json()

    assert body["name"] == "Nora Clerk"
    assert body["hotel"]["slug"] == builders.HOTEL
    assert body["permissions"] == sorted(
        ["can_manage_bookings", "can_approve", "can_assign_rooms", "can_manage_checkin", "can_contact_guests"]
    )
    assert body["realtime"]["channels"] == [f"private-hotel-{builders.HOTEL}", f"private-staff-{builders.HOTEL}"]
