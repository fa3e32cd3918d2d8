"""Changes of a stay over HTTP: what is asked of which service, and what the client is told."""

from datetime import date
from typing import Any

import pytest

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.stay_changes import (
    ChangeBooking,
    ChangePreview,
    ExpectedChange,
    PreviewChange,
    Reprice,
    RequestedChange,
    Settlement,
)
from contracts.payments.checkout_sessions import ClosePaymentPage, PageClosed
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
