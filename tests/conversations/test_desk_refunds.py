"""What the desk has to give back, because no card can be refunded, is a task that ends when staff have done it."""

from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.queries import GetTimeline
from contracts.bookings.views import CreatedBooking
from tests.conversations import actions
from tests.conversations.balances import about, books_agree
from tests.conversations.conftest import STAFF, PlatformFixture
from tests.conversations.stay_changes import change, equation_holds, wished

WARNING = "REFUND_AT_DESK"


def owed_by_the_desk(fixture: PlatformFixture) -> tuple[CreatedBooking, int]:
    """A booking that was paid at the desk and became shorter, and what the guest gets back in minor units."""
    created = CreatedBooking(booking=actions.confirmed(fixture, begins=30, nights=3), guest_token="")
    fixture.platform.ask(SettleBalance(**about(created)), STAFF)
    after = change(fixture, created, wished(created, longer=-1))
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
