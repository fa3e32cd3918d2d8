"""A guest and their own booking."""

import pytest

from chassis.refusal import Refusal
from contracts.bookings.asks import CancelBooking, SubmitBooking
from contracts.bookings.guest_access import ExchangeCode, GuestAccess
from contracts.bookings.queries import GetBooking, GetFeed
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentVerified, VerifyPayment
from contracts.payments.webhooks import StoreWebhook, WebhookStored
from contracts.values import Money
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, GUEST_TOKEN, Gateway, code

BOOKING = f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"
ROW = {
    "id", "booking_id", "confirmation_number", "hotel_name", "room_type_name", "assigned_room_number",
    "has_room_assigned", "can_check_in", "guest_name", "guest_email", "guest_phone", "check_in", "check_out", "nights",
    "adults", "children", "total_amount", "currency", "status", "source", "created_at", "paid_at",
    "approval_deadline_at", "approval_risk", "checkout_deadline_at", "is_overstay", "overstay_severity",
    "is_new_for_staff",
}  # fmt: skip
DETAIL = ROW | {
    "guest_first_name", "guest_last_name", "special_requests", "promo_code", "payment_provider", "payment_reference",
    "payment_status", "payment_authorized_at", "decision_made_at", "decision_made_by", "confirmed_at", "confirmed_by",
    "checked_in_at", "checked_in_by", "checked_out_at", "checked_out_by", "cancelled_at", "cancellation_reason",
    "cancellation_fee", "refund_amount", "refund_status", "balance_due", "internal_notes", "updated_at", "version",
}  # fmt: skip


def test_a_guest_s_booking_has_every_field_but_the_notes(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.booking(decision_made_by=builders.CLERK))

    answer = gateway.get(f"{BOOKING}/", headers=GUEST)

    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() >= DETAIL - {"internal_notes"}
    assert "internal_notes" not in body
    assert "reason_note" not in body
    assert "room_locked" not in body
    assert body["decision_made_by"] == {"kind": "staff", "id": None, "name": None}
    assert "Nora" not in answer.text
    assert body["cancellation_preview"]["fee_amount"] == "0.00"
    assert body["hotel"] == {"slug": builders.HOTEL, "name": "Hotel Killarney", "timezone": "Europe/Dublin"}


def test_the_guests_token_travels_with_the_ask(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.booking())

    for scheme in ("Bearer", "GuestToken", "guesttoken"):
        assert gateway.get(f"{BOOKING}/", headers={"Authorization": f"{scheme} {GUEST_TOKEN}"}).status_code == 200
        caller = gateway.bus.last_context(GetBooking).caller
        assert (caller.kind, caller.guest_token) == ("guest", GUEST_TOKEN)


def test_a_booking_has_its_secrets_only_in_house(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.booking())
    before = gateway.get(f"{BOOKING}/", headers=GUEST).json()
    gateway.bus.answers(GetBooking, builders.in_house())

    living = gateway.get(f"{BOOKING}/", headers=GUEST).json()

    assert (before["wifi"], before["room_pin"], before["hotel_contact"]) == (None, None, None)
    assert living["wifi"] == {"ssid": "Killarney", "password": "lake-water"}
    assert living["room_pin"] == "4821"
    assert living["hotel_contact"]["phone"] == "+353 64 555 0100"


def test_a_guest_s_booking_names_its_push_channel(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.booking())

    realtime = gateway.get(f"{BOOKING}/", headers=GUEST).json()["realtime"]

    assert realtime["channel"] == f"private-booking-{builders.BOOKING}"
    assert realtime["auth_endpoint"] == "/api/realtime/auth/"
    assert realtime["events"] == ["booking_confirmed"]
    assert realtime["last_sequence"] == 3
    assert (realtime["key"], realtime["cluster"], realtime["host"]) == ("app-key", "mt1", "push.example")


def test_a_request_without_a_token_asks_no_service(gateway: Gateway) -> None:
    answer = gateway.get(f"{BOOKING}/")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert code(answer) == "INVALID_TOKEN"
    assert gateway.bus.asks == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [("INVALID_TOKEN", 401), ("PERMISSION_DENIED", 403), ("BOOKING_NOT_FOUND", 404), ("BOOKING_ENDED", 409)],
)
def test_a_refusal_by_bookings_keeps_its_code(gateway: Gateway, refusal: str, status: int) -> None:
    gateway.bus.answers(CancelBooking, Refusal(refusal, "No."))

    answer = gateway.post(f"{BOOKING}/cancel/", {"reason": "ill"}, headers=GUEST)

    assert answer.status_code == status
    assert code(answer) == refusal


def test_an_empty_body_is_an_empty_object(gateway: Gateway) -> None:
    gateway.bus.answers(CancelBooking, builders.booking())

    for more in ({}, {"content": b""}, {"content": b"{}"}, {"content": b"", "headers": {"Content-Type": "text/plain"}}):
        headers = {**GUEST, **more.get("headers", {})}
        assert gateway.post(f"{BOOKING}/cancel/", **{**more, "headers": headers}).status_code == 200
        assert gateway.bus.last(CancelBooking).reason == ""


def test_a_draft_is_submitted_without_fields(gateway: Gateway) -> None:
    gateway.bus.answers(SubmitBooking, builders.booking())

    assert gateway.post(f"{BOOKING}/submit/", headers=GUEST).status_code == 200
    assert code(gateway.post(f"{BOOKING}/submit/", {"now": True}, headers=GUEST)) == "VALIDATION_ERROR"


def test_a_payment_session_has_the_fields_of_older_clients(gateway: Gateway) -> None:
    gateway.bus.answers(OpenPaymentSession, builders.payment_session())

    answer = gateway.post(f"{BOOKING}/payment/session/", headers=GUEST)

    assert answer.json() == {
        "session_id": "cs_test_1",
        "payment_url": "https://pay.example/cs_test_1",
        "status": "created",
        "amount": "150.00",
        "currency": "EUR",
    }


def test_staff_of_the_hotel_can_create_a_payment_session(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(OpenPaymentSession, builders.payment_session())
    elsewhere = f"/api/public/hotels/{builders.OTHER_HOTEL}/room-bookings/{builders.BOOKING}/payment/session/"

    assert gateway.post(f"{BOOKING}/payment/session/", headers=manager).status_code == 200
    assert gateway.bus.last_context(OpenPaymentSession).caller.kind == "staff"
    assert gateway.post(elsewhere, headers=manager).status_code == 403


def test_a_yen_amount_has_no_decimals(gateway: Gateway) -> None:
    gateway.bus.answers(
        VerifyPayment,
        PaymentVerified(
            booking_id=builders.BOOKING, payment_status="CAPTURED", status="CONFIRMED", amount_total=Money(15000, "JPY")
        ),
    )

    body = gateway.get(f"{BOOKING}/payment/verify/?session_id=cs_test_1", headers=GUEST).json()

    assert (body["amount_total"], body["currency"]) == ("15000", "JPY")


def test_the_feed_hides_the_names_of_staff_from_guests(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(GetFeed, builders.feed(4, 5))

    guests = gateway.get(f"{BOOKING}/events/?after=3", headers=GUEST)
    staffs = gateway.get(f"{BOOKING}/events/?after=3", headers=manager)

    assert gateway.bus.last(GetFeed).after == 3
    event = guests.json()["events"][0]
    assert (event["event_id"], event["sequence"]) == ("event-4", 4)
    assert event["data"]["total"] == {"amount": "392.40", "currency": "EUR"}
    assert "Nora" not in guests.text
    assert "Nora" in staffs.text


def test_a_mailed_code_becomes_the_token(gateway: Gateway) -> None:
    gateway.bus.answers(ExchangeCode, GuestAccess(booking_id="BK", hotel="h", guest_token="token"))
    good = gateway.post("/api/guest/exchange/", {"code": "abc"}, headers={"Idempotency-Key": "k"})
    gateway.bus.answers(ExchangeCode, Refusal("INVALID_CODE", "Unknown."))

    bad = gateway.post("/api/guest/exchange/", {"code": "abc"})

    assert good.json() == {"booking_id": "BK", "hotel": "h", "guest_token": "token", "read_only": False}
    assert gateway.bus.last_context(ExchangeCode).idempotency_key is None
    assert (bad.status_code, code(bad)) == (404, "INVALID_CODE")


@pytest.mark.parametrize(("again", "word"), [(False, "success"), (True, "already_processed")])
def test_a_webhook_is_passed_on_byte_for_byte(gateway: Gateway, *, again: bool, word: str) -> None:
    gateway.bus.answers(StoreWebhook, WebhookStored(already_processed=again))
    raw = '{ "id":"evt_1",\n "ä": 1}'

    answer = gateway.post(
        "/api/public/hotels/room-bookings/stripe-webhook/",
        content=raw.encode(),
        headers={"Stripe-Signature": "t=1,v1=ab"},
    )

    assert answer.json() == {"status": word}
    assert gateway.bus.last(StoreWebhook).body == raw
    assert gateway.bus.last(StoreWebhook).signature == "t=1,v1=ab"


def test_a_webhook_that_cannot_be_stored_is_503(gateway: Gateway) -> None:
    answer = gateway.post("/api/public/hotels/room-bookings/stripe-webhook/", content=b"{}")

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert code(answer) == "SERVICE_UNAVAILABLE"


def test_a_webhook_that_is_not_utf_8_is_invalid(gateway: Gateway) -> None:
    answer = gateway.post("/api/public/hotels/room-bookings/stripe-webhook/", content=b"\xff\xfe")

    assert (answer.status_code, code(answer)) == (400, "INVALID_WEBHOOK")
