"""Staff sign in and out, and read their own profile."""

from collections.abc import Sequence

import httpx
import pytest
from fastapi import FastAPI

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


NEW = "seven quiet rivers"
CHANGE = "/api/staff/password/change/"


def test_a_changed_password_ends_the_old_tokens_and_answers_a_new_one(gateway: Gateway) -> None:
    gateway.bus.answers(DropUser, Nothing())
    gateway.accounts.passwords["nora@example.com"] = ("right horse", builders.staff())
    old = gateway.accounts.signed_in(builders.staff())

    answer = gateway.post(CHANGE, {"old_password": "right horse", "new_password": NEW}, headers=old)

    new = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [gateway.get(f"{HOTEL}/me/", headers=proof).status_code for proof in (old, new)] == [401, 200]
    assert gateway.bus.last(DropUser) == DropUser(staff_id=str(builders.staff().id))


def test_a_password_changes_with_the_old_one_only(gateway: Gateway) -> None:
    gateway.accounts.passwords["nora@example.com"] = ("right horse", builders.staff())
    proof = gateway.accounts.signed_in(builders.staff())

    wrong = gateway.post(CHANGE, {"old_password": "wrong horse", "new_password": NEW}, headers=proof)
    no_token = gateway.post(CHANGE, {"old_password": "right horse", "new_password": NEW})

    assert (wrong.status_code, code(wrong)) == (401, "INVALID_CREDENTIALS")
    assert (no_token.status_code, code(no_token)) == (401, "INVALID_TOKEN")
    assert gateway.get(f"{HOTEL}/me/", headers=proof).status_code == 200


@pytest.mark.parametrize("password", ["too short", "Password2026!"])
def test_a_new_password_is_long_and_uncommon(gateway: Gateway, password: str) -> None:
    gateway.accounts.passwords["nora@example.com"] = ("right horse", builders.staff())
    proof = gateway.accounts.signed_in(builders.staff())

    answer = gateway.post(CHANGE, {"old_password": "right horse", "new_password": password}, headers=proof)

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")
    assert [error["field"] for error in answer.json()["errors"]] == ["new_password"]


def test_a_device_gets_a_cookie_once_that_only_a_sign_in_sends_back(gateway: Gateway) -> None:
    gateway.accounts.passwords["nora@example.com"] = ("right horse", builders.staff())
    body = {"email": "nora@example.com", "password": "right horse"}

    first = gateway.post("/api/staff/login/", body)
    cookie = first.headers["set-cookie"]
    again = gateway.post("/api/staff/login/", body, headers={"Cookie": cookie.partition(";")[0]})

    assert cookie.startswith(f"hotelmate_device={gateway.accounts.DEVICE}; ")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/api/staff/login/"} <= set(cookie.split("; "))
    assert "set-cookie" not in again.headers


def test_the_addresses_of_one_ipv6_network_share_the_limit_of_sign_ins(app: FastAPI) -> None:
    gateway = Gateway(app=app, rate_limits="login=3")
    body = {"email": "nora@example.com", "password": "wrong horse"}

    def statuses(addresses: Sequence[str]) -> list[int]:
        answers = []
        for address in addresses:
            transport = httpx.ASGITransport(app=gateway.app, client=(address, 1))

            async def send(_: httpx.AsyncClient, transport: httpx.ASGITransport = transport) -> httpx.Response:
                async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
                    return await client.post("/api/staff/login/", json=body)

            answers.append(gateway.together(send).status_code)
        return answers

    assert statuses([f"2001:db8:0:1::{number:x}" for number in range(1, 6)]) == [401] * 3 + [429] * 2
    assert statuses([f"2001:db8:0:{number:x}::1" for number in range(2, 7)]) == [401] * 5
    gateway.close()
