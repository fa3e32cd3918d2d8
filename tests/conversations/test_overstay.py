"""A guest who stays on: flagged, acknowledged, extended, paid for, gone; and the other ways the money can go."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.chat import SendChatMessage
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.orders import AcceptOrder, CompleteOrder, PlaceOrder, WantedItem
from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession, VerifyPayment
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.events import RoomStatus
from contracts.rooms.menu import AddMenuItem
from contracts.rooms.rooms import GetRoom
from contracts.values import Context, Money
from hotelmate.invariants.catalogue import examine
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.test_invariants import examination


def staying(fixture: PlatformFixture, room: str) -> CreatedBooking:
    """A guest in house, paid by card, until the day after tomorrow."""
    created = fixture.book()
    fixture.pay(created)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    fixture.platform.ask(AssignRoom(**about(created), room_number=room), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return created


def about(created: CreatedBooking) -> dict[str, str]:
    return {"hotel": HOTEL, "booking_id": created.booking.id}


def late(fixture: PlatformFixture, created: CreatedBooking, minutes: int) -> None:
    """The domain's clock goes on until so long after check-out time."""
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        ahead = fixture.booking(created).checkout_deadline_at - work.now
    advance(fixture, ahead + timedelta(minutes=minutes))


def advance(fixture: PlatformFixture, delta: timedelta) -> None:
    """Everyone's clock goes on, the provider's included."""
    fixture.platform.advance(delta)
    fixture.stripe.advance(int(delta.total_seconds()))
    fixture.settle()


def extend(fixture: PlatformFixture, created: CreatedBooking, nights: int) -> BookingDetail:
    after = fixture.platform.ask(ExtendBooking(**about(created), add_nights=nights), STAFF)
    fixture.settle()
    return after


def page(fixture: PlatformFixture, created: CreatedBooking, context: Context | None = None) -> PaymentSession:
    session = fixture.platform.ask(OpenPaymentSession(**about(created)), context or guest(created))
    fixture.settle()
    return session


def pays(fixture: PlatformFixture, session: PaymentSession, **how: Any) -> None:
    fixture.stripe.pay(session.session_id, **how)
    fixture.settle()


def status_of(fixture: PlatformFixture, session: PaymentSession) -> str:
    with fixture.platform.services["payments"].engine.connect() as connection:
        statement = sa.text("SELECT status FROM payment WHERE session_id = :id")
        return str(connection.execute(statement, {"id": session.session_id}).scalar_one())


def published(fixture: PlatformFixture, created: CreatedBooking, *names: str) -> list[str]:
    return [name for name in fixture.platform.event_names(created.booking.id) if name in names]


def books_agree(fixture: PlatformFixture) -> None:
    """Asserts that the ledger of payments equals the provider's journal, to the cent and in order per payment."""
    same = {"release": "void", "expire": "void"}
    with fixture.platform.services["payments"].engine.connect() as connection:
        ours = connection.exec_driver_sql("SELECT kind, amount FROM ledger").all()
    theirs = [(same.get(kind, kind), amount) for kind, amount in fixture.movements()]
    assert sorted((row.kind, row.amount) for row in ours) == sorted(theirs)


def test_a_guest_overstays_stays_on_pays_and_leaves(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    paid = created.booking.total_amount
    coming = fixture.book(check_in=fixture.today() + timedelta(days=3), check_out=fixture.today() + timedelta(days=5))
    fixture.pay(coming)
    fixture.platform.ask(ApproveBooking(**about(coming)), STAFF)
    fixture.settle()
    fixture.platform.ask(AssignRoom(**about(coming), room_number="101"), STAFF)

    late(fixture, created, 180)
    state = fixture.platform.ask(GetOverstay(**about(created)), STAFF)
    assert state.incident
    assert (state.incident.status, state.incident.severity) == ("OPEN", "HIGH")
    listed = fixture.platform.ask(ListBookings(hotel=HOTEL, bucket="overdue_checkout"), STAFF)
    assert [(row.id, row.overstay_severity) for row in listed.results] == [(created.booking.id, "HIGH")]

    fixture.platform.ask(AcknowledgeOverstay(**about(created), note="Wants to stay."), STAFF)
    with pytest.raises(Refusal) as conflict:
        fixture.platform.ask(ExtendBooking(**about(created), add_nights=2), STAFF)
    assert conflict.value.code == "EXTENSION_CONFLICT"
    assert [stay["booking_id"] for stay in conflict.value.details["conflicts"]] == [coming.booking.id]
    assert 1 <= len(conflict.value.details["suggested_rooms"]) <= 5

    after = extend(fixture, created, 1)
    owed = after.balance_due
    assert (after.nights, after.total_amount) == (3, paid + owed)
    assert owed.amount > 0
    assert not after.is_overstay

    session = page(fixture, created)
    assert (session.status, session.amount) == ("created", owed)
    assert page(fixture, created, STAFF).session_id == session.session_id  # staff are shown the same page
    pays(fixture, session)
    now = fixture.booking(created)
    assert (now.status, now.balance_due.amount, now.payment_status) == (BookingStatus.IN_HOUSE, 0, "CAPTURED")
    assert fixture.movements()[-2:] == [("authorise", owed.amount), ("capture", owed.amount)]
    assert page(fixture, created).status == "paid"

    fixture.platform.ask(CheckOut(**about(created)), STAFF)
    fixture.settle()
    assert published(
        fixture,
        created,
        "OverstayFlagged",
        "OverstayAcknowledged",
        "StayExtended",
        "OverstayResolved",
        "BalancePaymentAccepted",
        "BalancePaid",
        "GuestCheckedOut",
    ) == [
        "OverstayFlagged",
        "OverstayAcknowledged",
        "StayExtended",
        "OverstayResolved",
        "BalancePaymentAccepted",
        "BalancePaid",
        "GuestCheckedOut",
    ]
    assert fixture.platform.ask(GetRoom(hotel=HOTEL, room_number="101")).room_status is RoomStatus.CHECKOUT_DIRTY
    books_agree(fixture)


def test_overstay_events_reach_hotel_and_staff_under_every_name_without_personal_data(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    late(fixture, created, 40)
    fixture.platform.ask(AcknowledgeOverstay(**about(created)), STAFF)
    extend(fixture, created, 1)

    pushed = fixture.pusher.events()
    for name in ("overstay_flagged", "overstay_acknowledged", "overstay_extended", "overstay_resolved"):
        for spelled in (name, f"booking_{name}"):
            channels = {push["channel"] for push in pushed if push["event"] == spelled}
            assert channels == {f"private-hotel-{HOTEL}", f"private-staff-{HOTEL}"}, spelled
    assert {push["channel"] for push in pushed if push["event"] == "balance_changed"} == {
        f"private-hotel-{HOTEL}",
        f"private-booking-{created.booking.id}",
    }
    said = " ".join(str(push["data"]) for push in pushed)
    assert "ada@example.com" not in said
    assert "Ada" not in said


def test_the_nights_of_an_extension_are_sold_at_once(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    day = created.booking.check_out

    def left() -> int:
        answer = fixture.platform.ask(CheckAvailability(hotel=HOTEL, check_in=day, check_out=day + timedelta(days=1)))
        return next(
            kind for kind in answer.room_types if kind.room_type_code == fixture.room_types()[0]
        ).available_units

    before = left()
    extend(fixture, created, 1)

    assert left() == before - 1


def test_a_balance_settled_at_the_desk_closes_the_payment_page(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    extend(fixture, created, 1)
    session = page(fixture, created)

    after = fixture.platform.ask(SettleBalance(**about(created), note="Cash."), STAFF)
    fixture.settle()

    assert after.balance_due.amount == 0
    assert status_of(fixture, session) == "SESSION_EXPIRED"
    assert fixture.booking(created).payment_status == "CAPTURED"


def test_a_payment_made_while_the_desk_settles_the_balance_is_voided(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    extend(fixture, created, 1)
    session = page(fixture, created)

    fixture.stripe.pay(session.session_id)
    fixture.platform.ask(SettleBalance(**about(created)), STAFF)
    fixture.settle()

    assert published(fixture, created, "BalanceSettled", "BalancePaymentRefused", "BalancePaid")[0] == "BalanceSettled"
    assert "BalancePaid" not in fixture.platform.event_names(created.booking.id)
    assert [kind for kind, _ in fixture.movements()][-2:] == ["authorise", "void"]
    assert fixture.booking(created).balance_due.amount == 0
    books_agree(fixture)


def test_a_payment_page_for_too_little_is_closed_before_another_opens(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    first = extend(fixture, created, 1).balance_due
    old = page(fixture, created)
    both = extend(fixture, created, 1).balance_due

    new = page(fixture, created)

    assert (old.amount, new.amount) == (first, both)
    assert old.session_id != new.session_id
    assert status_of(fixture, old) == "SESSION_EXPIRED"
    pays(fixture, new)
    assert fixture.booking(created).balance_due.amount == 0
    books_agree(fixture)


def test_a_second_extension_is_paid_on_its_own(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    for _ in range(2):
        extend(fixture, created, 1)
        pays(fixture, page(fixture, created))

    assert published(fixture, created, "BalancePaid") == ["BalancePaid"] * 2
    assert [kind for kind, _ in fixture.movements()].count("capture") == 3
    books_agree(fixture)


def test_a_guest_who_leaves_owing_may_pay_on_the_open_payment_page(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    owed = extend(fixture, created, 1).balance_due
    session = page(fixture, created)

    out = fixture.platform.ask(CheckOut(**about(created)), STAFF)
    fixture.settle()
    assert (out.status, out.balance_due) == (BookingStatus.COMPLETED, owed)
    pays(fixture, session)

    assert fixture.booking(created).balance_due.amount == 0
    assert fixture.booking(created).status is BookingStatus.COMPLETED
    books_agree(fixture)


def test_an_unpaid_payment_page_expires_and_the_balance_stays(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    owed = extend(fixture, created, 1).balance_due
    session = page(fixture, created)

    advance(fixture, timedelta(hours=2))

    assert status_of(fixture, session) == "SESSION_EXPIRED"
    now = fixture.booking(created)
    assert (now.status, now.balance_due, now.payment_status) == (BookingStatus.IN_HOUSE, owed, "CAPTURED")
    assert page(fixture, created).session_id != session.session_id


def test_both_payments_of_a_stay_called_off_with_a_waiver_refund_the_unused_nights(
    fixture: PlatformFixture,
) -> None:
    created = staying(fixture, "101")
    extend(fixture, created, 2)
    pays(fixture, page(fixture, created))
    paid = fixture.booking(created).total_amount

    fixture.platform.ask(CancelBooking(**about(created), reason="Called away.", waive_fee=True), STAFF)
    fixture.settle()

    over = fixture.booking(created)
    assert over.cancellation_fee is not None
    assert over.refund_amount is not None
    assert (over.status, over.balance_due.amount, over.refund_status) == (BookingStatus.CANCELLED, 0, "SUCCEEDED")
    moved = fixture.movements()
    taken = sum(amount for kind, amount in moved if kind == "capture")
    given_back = sum(amount for kind, amount in moved if kind == "refund")
    assert (taken, taken - given_back) == (paid.amount, over.cancellation_fee.amount)
    assert over.refund_amount.amount == given_back
    books_agree(fixture)


def left_owing(fixture: PlatformFixture) -> tuple[CreatedBooking, Money]:
    """A guest who left without paying for an added night."""
    created = staying(fixture, "101")
    owed = extend(fixture, created, 1).balance_due
    warned = fixture.platform.ask(CheckOut(**about(created)), STAFF).departure_warnings
    fixture.settle()
    assert (warned[0].code, warned[0].amount) == ("BALANCE_DUE", owed)
    return created, owed


def test_a_guest_who_left_owing_pays_on_the_page(fixture: PlatformFixture) -> None:
    created, owed = left_owing(fixture)
    advance(fixture, timedelta(days=20))

    session = page(fixture, created)
    assert (session.status, session.amount) == ("created", owed)
    pays(fixture, session)

    verified = fixture.platform.ask(VerifyPayment(**about(created), session_id=session.session_id), guest(created))
    now = fixture.booking(created)
    assert (verified.payment_status, verified.status) == ("CAPTURED", BookingStatus.COMPLETED)
    assert (now.status, now.balance_due.amount, now.can_pay) == (BookingStatus.COMPLETED, 0, False)
    assert fixture.movements()[-2:] == [("authorise", owed.amount), ("capture", owed.amount)]
    with pytest.raises(Refusal, match="BOOKING_ENDED"):
        fixture.platform.ask(SendChatMessage(**about(created), text="x"), guest(created))
    books_agree(fixture)


def owing_a_fee(fixture: PlatformFixture) -> tuple[CreatedBooking, Money]:
    """A guest who has cancelled, and whose card did not pay the fee."""
    created = fixture.book()
    fixture.pay(created)
    fixture.stripe.fault("decline", for_good=True)
    fixture.platform.ask(CancelBooking(**about(created), reason="ill"), guest(created))
    fixture.settle()
    fixture.stripe.lift_faults()
    fee = fixture.booking(created).balance_due
    assert fee.amount > 0
    money_agrees(fixture)
    return created, fee


def money_agrees(fixture: PlatformFixture) -> None:
    """Asserts that ended bookings hold no money but what they owe the hotel."""
    with examination(fixture) as (context, _):
        assert examine(context, only=("I7", "I8")) == []


def test_a_fee_that_the_card_did_not_pay_is_paid_on_the_page(fixture: PlatformFixture) -> None:
    created, fee = owing_a_fee(fixture)

    session = page(fixture, created)
    assert (session.status, session.amount) == ("created", fee)
    pays(fixture, session)

    now = fixture.booking(created)
    assert (now.status, now.balance_due.amount, now.cancellation_fee) == (BookingStatus.CANCELLED, 0, fee)
    assert fixture.movements()[-2:] == [("authorise", fee.amount), ("capture", fee.amount)]
    books_agree(fixture)
    money_agrees(fixture)


def test_a_fee_is_paid_partly_at_the_desk_and_the_rest_on_the_page(fixture: PlatformFixture) -> None:
    created, fee = owing_a_fee(fixture)

    fixture.platform.ask(SettleBalance(**about(created), amount="50.00"), STAFF)
    fixture.settle()
    money_agrees(fixture)
    session = page(fixture, created)
    assert session.amount.amount == fee.amount - 5000
    pays(fixture, session)

    assert fixture.booking(created).balance_due.is_zero
    books_agree(fixture)
    money_agrees(fixture)


def test_room_service_left_by_a_stay_called_off_is_paid_on_the_page(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    item = fixture.platform.ask(AddMenuItem(hotel=HOTEL, name="Soup", price="6.50"), STAFF)
    placing = PlaceOrder(**about(created), items=(WantedItem(item_id=item.id, quantity=2),))
    order = fixture.platform.ask(placing, guest(created))
    fixture.platform.ask(AcceptOrder(hotel=HOTEL, order_id=order.id), STAFF)
    fixture.platform.ask(CompleteOrder(hotel=HOTEL, order_id=order.id), STAFF)
    fixture.platform.ask(CancelBooking(**about(created), reason="fire alarm"), STAFF)
    fixture.settle()
    owed = fixture.booking(created).balance_due
    assert owed == order.total
    money_agrees(fixture)

    pays(fixture, page(fixture, created))

    assert fixture.booking(created).balance_due.is_zero
    books_agree(fixture)
    money_agrees(fixture)
