"""What the desk has to give back, because no card can be refunded, is a task that ends when staff have done it."""

from dataclasses import replace
from typing import Any

from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetTimeline
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.values import Money
from tests.conversations import actions
from tests.conversations.balances import about, books_agree, money_agrees
from tests.conversations.conftest import STAFF, PlatformFixture
from tests.conversations.stay_changes import change, equation_holds, preview, wished
from tests.conversations.test_any_series_of_changes import examined

WARNING = "REFUND_AT_DESK"


WAIVED = {"waive_difference": True, "reason": "Their train was late."}


def shortened(
    fixture: PlatformFixture, *, begins: int = 30, longer: int = -1, **more: Any
) -> tuple[CreatedBooking, BookingDetail]:
    """A booking of three nights that was paid at the desk, and what it is once it is shorter: the desk owes money."""
    created = CreatedBooking(booking=actions.confirmed(fixture, begins=begins, nights=3), guest_token="")
    fixture.platform.ask(SettleBalance(**about(created)), STAFF)
    after = change(fixture, created, replace(wished(created, longer=longer), **more))
    assert after.desk_refund_due is not None
    return created, after


def owed_by_the_desk(fixture: PlatformFixture) -> tuple[CreatedBooking, int]:
    """A booking that was paid at the desk and became shorter, and what the guest gets back in minor units."""
    created, after = shortened(fixture)
    assert after.desk_refund_due is not None
    return created, after.desk_refund_due.amount


def test_staff_record_what_the_desk_gave_back(fixture: PlatformFixture) -> None:
    created, due = owed_by_the_desk(fixture)
    fixture.settle()
    assert WARNING in fixture.booking(created).warnings

    part = fixture.platform.ask(RefundAtDesk(**about(created), amount="5.00", note="Cash."), STAFF)
    equation_holds(fixture, created)
    whole = fixture.platform.ask(RefundAtDesk(**about(created)), STAFF)
    again = fixture.platform.ask(RefundAtDesk(**about(created)), STAFF)
    fixture.settle()

    assert part.desk_refund_due is not None
    assert part.desk_refund_due.amount == due - 500
    assert WARNING in part.warnings
    assert (whole.desk_refund_due, WARNING in whole.warnings) == (None, False)
    assert again.version == whole.version
    equation_holds(fixture, created)
    books_agree(fixture)


def test_everybody_sees_that_the_desk_gave_money_back(fixture: PlatformFixture) -> None:
    created, due = owed_by_the_desk(fixture)
    fixture.settle()
    channel = f"private-booking-{created.booking.id}"
    before = len(fixture.pusher.events(channel=channel))

    fixture.platform.ask(RefundAtDesk(**about(created), amount="5.00", note="Cash."), STAFF)
    fixture.settle()

    [pushed] = fixture.pusher.events(channel=channel)[before:]
    assert (pushed["event"], pushed["data"]["desk_refund_due"]) == ("balance_changed", f"{due / 100 - 5:.2f}")
    entry = fixture.platform.ask(GetTimeline(**about(created)), STAFF).items[-1]
    assert (entry.what, entry.why) == ("RefundedAtDesk", "Cash.")
    assert [(change.field, change.to_value) for change in entry.changes] == [
        ("desk_refund_due", f"EUR {due / 100 - 5:.2f}")
    ]


def test_a_dearer_change_first_uses_up_what_the_desk_has_to_give_back(fixture: PlatformFixture) -> None:
    created, due = owed_by_the_desk(fixture)
    fixture.settle()
    fixture.platform.ask(RefundAtDesk(**about(created), amount="5.00"), STAFF)
    wish = wished(created, longer=1)
    offer = preview(fixture, created, wish)

    after = change(fixture, created, wish)

    rise = 2 * due  # two nights more than the stay has now
    assert offer.difference is not None
    assert (offer.difference.amount, offer.settlement, offer.refund.amount) == (rise, "owed", 0)
    assert (after.balance_due.amount, after.desk_refund_due) == (rise - due + 500, None)
    assert WARNING not in after.warnings
    equation_holds(fixture, created)
    books_agree(fixture)
    examined(fixture)


def test_a_change_that_costs_less_than_the_desk_has_to_give_back_is_paid_by_that(fixture: PlatformFixture) -> None:
    created, shorter = shortened(fixture, longer=-2)
    assert shorter.desk_refund_due is not None
    wish = wished(created, longer=-1)
    offer = preview(fixture, created, wish)

    after = change(fixture, created, wish)

    assert offer.difference is not None
    assert (offer.settlement, offer.balance_due.amount) == ("none", 0)
    assert (after.balance_due.amount, after.desk_refund_due) == (0, shorter.desk_refund_due - offer.difference)
    assert WARNING in after.warnings
    equation_holds(fixture, created)


def test_a_cancellation_fee_first_uses_up_what_the_desk_has_to_give_back(fixture: PlatformFixture) -> None:
    created, shorter = shortened(fixture, begins=0, **WAIVED)
    assert shorter.desk_refund_due is not None

    fixture.platform.ask(CancelBooking(**about(created)), STAFF)
    fixture.settle()

    after = fixture.booking(created)
    paid = created.booking.total_amount
    assert after.cancellation_fee is not None
    assert (after.balance_due.amount, after.desk_refund_due) == (0, paid - after.cancellation_fee)
    equation_holds(fixture, created)
    money_agrees(fixture)


def test_an_extension_first_uses_up_what_the_desk_has_to_give_back(fixture: PlatformFixture) -> None:
    created, shorter = shortened(fixture, begins=0, **WAIVED)
    assert shorter.desk_refund_due is not None
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)

    extended = fixture.platform.ask(ExtendBooking(**about(created), add_nights=2), STAFF)
    fixture.settle()

    rise = extended.total_amount - shorter.total_amount
    assert (extended.balance_due, extended.desk_refund_due) == (rise - shorter.desk_refund_due, None)
    items = fixture.platform.ask(GetTimeline(**about(created)), STAFF).items
    [entry] = [item for item in items if item.what == "StayExtended"]
    used_up = Money(-shorter.desk_refund_due.amount, "EUR")
    assert ("refund_at_desk", str(used_up)) in [(each.field, each.to_value) for each in entry.changes]
    equation_holds(fixture, created)
    [entry] = [
        each for each in fixture.platform.ask(GetTimeline(**about(created)), STAFF).items if each.what == "StayExtended"
    ]
    assert ("balance_due", "EUR 0.00") in {(each.field, each.from_value) for each in entry.changes}
    examined(fixture)
