"""Changes of a stay over HTTP: what is asked of which service, and what the client is told."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.change_previews import ChangePreview, RefusedChange, Settlement, WaitingChange
from contracts.bookings.queries import GetBooking
from contracts.bookings.stay_changes import ChangeBooking, ExpectedChange, PreviewChange, Reprice, RequestedChange
from contracts.payments.checkout_sessions import ClosePaymentPage, OpenPaymentSession, PageClosed, PaymentSession
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Money
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway, code

OWN = f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/change/"
STAFF = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/change/"
PREVIEW = ChangePreview(
    allowed=True, refusals=(), nights_kept=(date(2026, 8, 14),), nights_added=(date(2026, 8, 15),), nights_removed=(),
    lines=(), old_total=Money(13080, "EUR"), new_total=Money(26160, "EUR"), difference=Money(13080, "EUR"),
    fee=Money(0, "EUR"), currency="EUR", settlement=Settlement.OWED, refund=Money(0, "EUR"),
    balance_due=Money(13080, "EUR"), room=RoomAfterChange.KEPT,
)  # fmt: skip


def test_a_preview_has_amounts_in_major_units(gateway: Gateway) -> None:
    gateway.bus.answers(PreviewChange, PREVIEW)

    answer = gateway.post(f"{OWN}preview/", {"check_out": "2026-08-16", "promo_code": None}, headers=GUEST)

    body = answer.json()
    assert (body["old_total"], body["new_total"], body["settlement"]) == ("130.80", "261.60", "owed")
    assert gateway.bus.last(PreviewChange).change == RequestedChange(check_out=date(2026, 8, 16), removes_promo=True)


def test_a_change_that_is_not_allowed_is_previewed_with_its_refusals(gateway: Gateway) -> None:
    full = RefusedChange(code="SOLD_OUT", message="Full on 2026-08-15.", nights=(date(2026, 8, 15),))
    gateway.bus.answers(PreviewChange, replace(PREVIEW, allowed=False, refusals=(full,)))

    answer = gateway.post(f"{OWN}preview/", {"check_out": "2026-08-16"}, headers=GUEST)

    assert (answer.status_code, answer.json()["allowed"]) == (200, False)
    assert answer.json()["refusals"] == [
        {"code": "SOLD_OUT", "message": "Full on 2026-08-15.", "nights": ["2026-08-15"]}
    ]


def test_staff_reprice_and_waive_and_guests_do_not(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ChangeBooking, builders.booking())
    wish = {"reprice": "all", "waive_difference": True, "reason": "A broken lift."}

    assert gateway.post(STAFF, wish, headers=manager).status_code == 200
    assert gateway.bus.last(ChangeBooking).change == RequestedChange(
        reprice=Reprice.ALL, waive_difference=True, reason="A broken lift."
    )
    assert gateway.post(OWN, wish, headers=GUEST).status_code == 422


def page_open(message: Any, _: Any) -> Any:
    if message.page_closed:
        return builders.booking()
    raise Refusal("PAYMENT_PAGE_OPEN", "Close the page first.")


def test_an_open_payment_page_is_closed_before_the_change(gateway: Gateway) -> None:
    gateway.bus.answers(ChangeBooking, page_open)
    gateway.bus.answers(ClosePaymentPage, PageClosed(paid=False))

    answer = gateway.post(OWN, {"adults": 1, "expected": {"total": "130.80"}}, headers=GUEST)

    assert answer.status_code == 200
    command = gateway.bus.last(ChangeBooking)
    assert (command.page_closed, command.expected) == (True, ExpectedChange(total="130.80"))
    assert gateway.bus.last(ClosePaymentPage).booking_id == builders.BOOKING


def test_a_page_that_was_paid_meanwhile_refuses_the_change(gateway: Gateway) -> None:
    gateway.bus.answers(ChangeBooking, page_open)
    gateway.bus.answers(ClosePaymentPage, PageClosed(paid=True))

    answer = gateway.post(OWN, {"adults": 1}, headers=GUEST)

    assert (answer.status_code, code(answer)) == (409, "PAYMENT_UNDER_WAY")
    assert not gateway.bus.last(ChangeBooking).page_closed


@pytest.mark.parametrize("refusal", ["PRICE_CHANGED", "SOLD_OUT"])
def test_a_refused_change_has_the_preview(gateway: Gateway, refusal: str) -> None:
    gateway.bus.answers(ChangeBooking, Refusal(refusal, "No.", preview=codec.plain(PREVIEW)))

    answer = gateway.post(OWN, {"adults": 1}, headers=GUEST)

    assert (answer.status_code, code(answer)) == (409, refusal)
    assert answer.json()["preview"]["new_total"] == "261.60"


WAITS = WaitingChange(
    change_id=f"{builders.BOOKING}~1", expires_at=datetime(2026, 8, 1, 12, tzinfo=UTC), amount=Money(13080, "EUR"),
    can_pay=True, check_in=date(2026, 8, 14), check_out=date(2026, 8, 16), room_type_code="STD", adults=2, children=0,
    preview=PREVIEW,
)  # fmt: skip


@pytest.mark.parametrize("path", [OWN, STAFF])
def test_a_change_that_waits_is_answered_with_its_payment_page(
    gateway: Gateway, manager: dict[str, str], path: str
) -> None:
    page = PaymentSession(session_id="cs_1", payment_url="https://pay", status="created", amount=Money(13080, "EUR"))
    gateway.bus.answers(ChangeBooking, builders.booking(pending_change=WAITS))
    gateway.bus.answers(OpenPaymentSession, page)

    answer = gateway.post(path, {"check_out": "2026-08-16"}, headers=GUEST if path == OWN else manager)

    body = answer.json()
    assert answer.status_code == 202
    assert gateway.bus.last(ChangeBooking).pays_first
    assert (body["change_id"], body["expires_at"]) == (WAITS.change_id, "2026-08-01T12:00:00Z")
    assert body["payment"]["session_id"] == "cs_1"
    assert (body["payment"]["amount"], body["payment"]["currency"]) == ("130.80", "EUR")
    assert body["preview"]["new_total"] == "261.60"


def test_a_repetition_opens_the_page_that_the_provider_did_not_open(gateway: Gateway) -> None:
    page = PaymentSession(session_id="cs_1", payment_url="https://pay", status="created", amount=Money(13080, "EUR"))
    gateway.bus.answers(ChangeBooking, builders.booking(pending_change=WAITS))
    gateway.bus.answers(OpenPaymentSession, Unavailable("the provider is silent"))

    silent = gateway.post(OWN, {"check_out": "2026-08-16"}, headers=GUEST)
    gateway.bus.answers(OpenPaymentSession, page)
    again = gateway.post(OWN, {"check_out": "2026-08-16"}, headers=GUEST)

    assert (silent.status_code, again.status_code) == (503, 202)


def test_a_booking_shows_the_change_that_waits(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.booking(pending_change=WAITS))

    change = gateway.get(OWN.removesuffix("change/"), headers=GUEST).json()["pending_change"]

    assert (change["change_id"], change["amount"], change["can_pay"]) == (WAITS.change_id, "130.80", True)
    assert change["preview"]["difference"] == "130.80"
