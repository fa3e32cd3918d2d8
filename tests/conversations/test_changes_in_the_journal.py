"""Changes of a stay, to the cent: what each one costs, and what Stripe's journal then has of the booking.

A single room costs 97.01 a night with tax, a double one 140.61; LAKES10 takes 10 % off stays of two nights and more.
After the free hour, a change that makes a stay cheaper costs the first night that it removes.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import CreatedBooking
from contracts.rooms.promotions import AddPromotion, PromotionDefinition
from contracts.values import Context, Money
from services.bookings.domain import change_results
from tests.conversations.balances import about, advance, books_agree, page, pays
from tests.conversations.changes_paid_first import held
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import (
    NIGHT,
    booked,
    change,
    equation_holds,
    preview,
    total_is_that_of_its_nights,
    unpaid,
    waiting,
    wished,
)
from tests.conversations.test_any_series_of_changes import as_it_is, examined
from tests.conversations.test_endings import to_local

Changed = tuple[CreatedBooking, ChangePreview]
WAIVED: dict[str, Any] = {"waive_difference": True, "reason": "A broken lift."}

TABLE = """
| change | total before | total after | fee | settlement | Stripe's journal | owed | back at the desk |
|---|---|---|---|---|---|---|---|
| a night fewer, free | 291.03 | 194.02 | 0.00 | refund | authorise 291.03, capture 291.03, refund 97.01 | 0.00 | 0.00 |
| two nights fewer, after the free hour | 291.03 | 97.01 | 97.01 | refund | authorise 291.03, capture 291.03, refund 97.01 | 0.00 | 0.00 |
| two nights fewer while one is owed | 388.04 | 194.02 | 0.00 | refund | authorise 291.03, capture 291.03, refund 97.01 | 0.00 | 0.00 |
| two nights fewer that were paid at the desk, and one by card | 291.03 | 97.01 | 0.00 | refund | authorise 97.01, capture 97.01, refund 97.01 | 0.00 | 97.01 |
| a night more, owed | 291.03 | 388.04 | 0.00 | owed | authorise 291.03, capture 291.03 | 97.01 | 0.00 |
| a night more, owed, then paid on the page | 291.03 | 388.04 | 0.00 | owed | authorise 291.03, capture 291.03, authorise 97.01, capture 97.01 | 0.00 | 0.00 |
| a night more, paid first | 291.03 | 388.04 | 0.00 | pay_first | authorise 291.03, capture 291.03, authorise 97.01, capture 97.01 | 0.00 | 0.00 |
| a night more, to be paid first, paid too late | 291.03 | 291.03 | 0.00 | pay_first | authorise 291.03, capture 291.03, authorise 97.01, void 97.01 | 0.00 | 0.00 |
| a night more, to be paid first, paid while staff cancel | 291.03 | 291.03 | 0.00 | pay_first | authorise 291.03, capture 291.03, authorise 97.01, void 97.01, refund 291.03 | 0.00 | 0.00 |
| two nights fewer, one of which was paid first | 388.04 | 194.02 | 0.00 | refund | authorise 291.03, capture 291.03, authorise 97.01, capture 97.01, refund 97.01, refund 97.01 | 0.00 | 0.00 |
| a night more, waived | 291.03 | 388.04 | 0.00 | none | authorise 291.03, capture 291.03 | 0.00 | 0.00 |
| a double room, paid first | 194.02 | 281.22 | 0.00 | pay_first | authorise 194.02, capture 194.02, authorise 87.20, capture 87.20 | 0.00 | 0.00 |
| another party | 281.22 | 281.22 | 0.00 | none | authorise 281.22, capture 281.22 | 0.00 | 0.00 |
| a promotion | 291.03 | 261.93 | 0.00 | refund | authorise 291.03, capture 291.03, refund 29.10 | 0.00 | 0.00 |
| in house, a night fewer | 291.03 | 194.02 | 97.01 | none | authorise 291.03, capture 291.03 | 0.00 | 0.00 |
| in house, a night fewer, waived | 291.03 | 194.02 | 0.00 | refund | authorise 291.03, capture 291.03, refund 97.01 | 0.00 | 0.00 |
| before the approval, a night fewer | 291.03 | 194.02 | 0.00 | capture_less | authorise 291.03, capture 194.02, release 97.01 | 0.00 | 0.00 |
| before the approval, two nights fewer after the free hour | 291.03 | 97.01 | 97.01 | capture_less | authorise 291.03, capture 194.02, release 97.01 | 0.00 | 0.00 |
| before the approval, a night more | 291.03 | 388.04 | 0.00 | owed | authorise 291.03, capture 291.03 | 97.01 | 0.00 |
| before the approval, a promotion that makes the stay free | 291.03 | 0.00 | 0.00 | capture_less | authorise 291.03, void 291.03 | 0.00 | 0.00 |
| before the payment, a night fewer | 291.03 | 194.02 | 0.00 | none | authorise 194.02, capture 194.02 | 0.00 | 0.00 |
"""  # noqa: E501


def made(fixture: PlatformFixture, created: CreatedBooking, wish: RequestedChange, by: Context = STAFF) -> Changed:
    offer = preview(fixture, created, wish, by)
    change(fixture, created, wish, by)
    return created, offer


def to_pay(fixture: PlatformFixture, created: CreatedBooking, pay: Callable[[Any], None], **wish: Any) -> Changed:
    """A change that waits for its payment, and what comes of it with `pay`, which gets the payment page."""
    offer = preview(fixture, created, wished(created, **wish), guest(created))
    _, session = held(fixture, created, wished(created, **wish))
    pay(session)
    advance(fixture, timedelta(seconds=3))
    return created, offer


def approved(fixture: PlatformFixture, changed: Changed) -> Changed:
    fixture.platform.ask(ApproveBooking(**about(changed[0])), STAFF)
    fixture.settle()
    return changed


def after_the_free_hour(fixture: PlatformFixture, begin: Callable[..., CreatedBooking]) -> Changed:
    first = fixture.today() + NIGHT
    created = begin(fixture, check_in=first, check_out=first + 3 * NIGHT)
    to_local(fixture, datetime.combine(first, time(1)))
    return made(fixture, created, wished(created, longer=-2))


def while_owed(fixture: PlatformFixture) -> Changed:
    created = booked(fixture)
    change(fixture, created, wished(created, longer=1))
    return made(fixture, created, wished(created, longer=-1))


def paid_at_the_desk(fixture: PlatformFixture) -> Changed:
    created = booked(fixture, nights=1)
    change(fixture, created, wished(created, longer=2))
    fixture.platform.ask(SettleBalance(**about(created)), STAFF)
    return made(fixture, created, wished(created, longer=0))


def owed_and_paid(fixture: PlatformFixture) -> Changed:
    changed = made(fixture, *longer(booked(fixture)))
    pays(fixture, page(fixture, changed[0]))
    return changed


def longer(created: CreatedBooking, **more: Any) -> tuple[CreatedBooking, RequestedChange]:
    return created, wished(created, longer=1, **more)


def shorter(created: CreatedBooking, **more: Any) -> tuple[CreatedBooking, RequestedChange]:
    return created, wished(created, longer=-1, **more)


def paid_too_late(fixture: PlatformFixture) -> Changed:
    def pay(session: Any) -> None:
        fixture.platform.advance(timedelta(minutes=18))
        fixture.stripe.pay(session.session_id)
        fixture.settle()

    return to_pay(fixture, booked(fixture), pay, longer=1)


def paid_while_cancelled(fixture: PlatformFixture) -> Changed:
    created = booked(fixture)

    def pay(session: Any) -> None:
        fixture.stripe.pay(session.session_id)
        fixture.platform.ask(CancelBooking(**about(created)), STAFF)
        fixture.settle()

    return to_pay(fixture, created, pay, longer=1)


def one_was_paid_first(fixture: PlatformFixture) -> Changed:
    created, _ = to_pay(fixture, booked(fixture), lambda session: pays(fixture, session), longer=1)
    return made(fixture, *shorter(created))


def in_house(fixture: PlatformFixture) -> CreatedBooking:
    created = booked(fixture, check_in=fixture.today(), check_out=fixture.today() + 3 * NIGHT)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return created


def another_party(fixture: PlatformFixture) -> Changed:
    created = booked(fixture, nights=2, room_type="DBL")
    return made(fixture, created, wished(created, adults=2), guest(created))


def made_free(fixture: PlatformFixture) -> Changed:
    promotion = PromotionDefinition(code="FREE100", kind="PERCENT", value="100")
    fixture.platform.ask(AddPromotion(hotel=HOTEL, promotion=promotion), STAFF)
    created = waiting(fixture)
    changed = approved(fixture, made(fixture, created, wished(created, promo_code="FREE100")))
    assert fixture.booking(created).status is BookingStatus.CONFIRMED
    return changed


def before_the_payment(fixture: PlatformFixture) -> Changed:
    changed = made(fixture, *shorter(unpaid(fixture, nights=3)))
    fixture.pay(changed[0])
    return approved(fixture, changed)


CHANGES: dict[str, Callable[[PlatformFixture], Changed]] = {
    "a night fewer, free": lambda fixture: made(fixture, *shorter(booked(fixture))),
    "two nights fewer, after the free hour": lambda fixture: after_the_free_hour(fixture, booked),
    "two nights fewer while one is owed": while_owed,
    "two nights fewer that were paid at the desk, and one by card": paid_at_the_desk,
    "a night more, owed": lambda fixture: made(fixture, *longer(booked(fixture))),
    "a night more, owed, then paid on the page": owed_and_paid,
    "a night more, paid first": lambda fixture: to_pay(
        fixture, booked(fixture), lambda session: pays(fixture, session), longer=1
    ),
    "a night more, to be paid first, paid too late": paid_too_late,
    "a night more, to be paid first, paid while staff cancel": paid_while_cancelled,
    "two nights fewer, one of which was paid first": one_was_paid_first,
    "a night more, waived": lambda fixture: made(fixture, *longer(booked(fixture), **WAIVED)),
    "a double room, paid first": lambda fixture: to_pay(
        fixture, booked(fixture, nights=2), lambda session: pays(fixture, session), room_type_code="DBL"
    ),
    "another party": another_party,
    "a promotion": lambda fixture: made(fixture, *with_promotion(booked(fixture))),
    "in house, a night fewer": lambda fixture: made(fixture, *shorter(in_house(fixture))),
    "in house, a night fewer, waived": lambda fixture: made(fixture, *shorter(in_house(fixture), **WAIVED)),
    "before the approval, a night fewer": lambda fixture: approved(fixture, made(fixture, *shorter(waiting(fixture)))),
    "before the approval, two nights fewer after the free hour": lambda fixture: approved(
        fixture, after_the_free_hour(fixture, waiting)
    ),
    "before the approval, a night more": lambda fixture: approved(fixture, made(fixture, *longer(waiting(fixture)))),
    "before the approval, a promotion that makes the stay free": made_free,
    "before the payment, a night fewer": before_the_payment,
}


def with_promotion(created: CreatedBooking) -> tuple[CreatedBooking, RequestedChange]:
    return created, wished(created, promo_code="LAKES10")


def rows() -> list[list[str]]:
    """The cells of the table's rows."""
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in TABLE.strip().splitlines()[2:]]


def outcome(fixture: PlatformFixture, changed: Changed) -> list[str]:
    """The cells of a row, from the preview, the booking at rest and the provider's journal."""
    created, offer = changed
    after = fixture.booking(created)
    journal = ", ".join(f"{movement} {Money(amount, 'EUR').text}" for movement, amount in fixture.movements())
    back = Money(0, "EUR") if after.desk_refund_due is None else after.desk_refund_due
    totals = [offer.old_total.text, after.total_amount.text, offer.fee.text]
    return [*totals, str(offer.settlement), journal, after.balance_due.text, back.text]


def test_the_table_has_every_change() -> None:
    assert [row[0] for row in rows()] == list(CHANGES)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_change_costs_and_moves_exactly_this(fixture: PlatformFixture, row: list[str]) -> None:
    changed = CHANGES[row[0]](fixture)

    assert outcome(fixture, changed) == row[1:]
    equation_holds(fixture, changed[0])
    total_is_that_of_its_nights(fixture, as_it_is(fixture, changed[0]))
    books_agree(fixture)
    examined(fixture)


def test_a_fee_that_is_not_charged_is_found(fixture: PlatformFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the fee, the journal has another refund."""
    monkeypatch.setattr(change_results.change_fees, "change_fee", lambda *_, **__: Money(0, "EUR"))
    row = next(row for row in rows() if row[0] == "two nights fewer, after the free hour")

    assert outcome(fixture, CHANGES[row[0]](fixture))[4] == "authorise 291.03, capture 291.03, refund 194.02"
