"""A guest who stays on: flagged, acknowledged, extended, paid for, gone; and the other ways the money can go."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings import (
    AcknowledgeOverstay,
    ApproveBooking,
    AssignRoom,
    BookingDetail,
    BookingStatus,
    CancelBooking,
    CheckIn,
    CheckOut,
    CreatedBooking,
    ExtendBooking,
    GetOverstay,
    ListBookings,
    SettleBalance,
)
from contracts.payments import OpenPaymentSession, PaymentSession
from contracts.rooms import CheckAvailability, GetRoom, RoomStatus
from contracts.values import Context
from tests.conversations.conftest import HOTEL, STAFF, Scene, guest


def staying(scene: Scene, room: str) -> CreatedBooking:
    """A guest in house, paid by card, until the day after tomorrow."""
    created = scene.book()
    scene.pay(created)
    scene.town.ask(ApproveBooking(**about(created)), STAFF)
    scene.settle()
    scene.town.ask(AssignRoom(**about(created), room_number=room), STAFF)
    scene.town.ask(CheckIn(**about(created)), STAFF)
    scene.settle()
    return created


def about(created: CreatedBooking) -> dict[str, str]:
    return {"hotel": HOTEL, "booking_id": created.booking.id}


def late(scene: Scene, created: CreatedBooking, minutes: int) -> None:
    """The domain's clock goes on until so long after check-out time."""
    with scene.town.houses["bookings"].unit_of_work.read() as work:
        ahead = scene.booking(created).checkout_deadline_at - work.now
    advance(scene, ahead + timedelta(minutes=minutes))


def advance(scene: Scene, delta: timedelta) -> None:
    """Everyone's clock goes on, the provider's included."""
    scene.town.advance(delta)
    scene.stripe.advance(int(delta.total_seconds()))
    scene.settle()


def extend(scene: Scene, created: CreatedBooking, nights: int) -> BookingDetail:
    after = scene.town.ask(ExtendBooking(**about(created), add_nights=nights), STAFF)
    scene.settle()
    return after


def page(scene: Scene, created: CreatedBooking, context: Context | None = None) -> PaymentSession:
    session = scene.town.ask(OpenPaymentSession(**about(created)), context or guest(created))
    scene.settle()
    return session


def pays(scene: Scene, session: PaymentSession, **how: Any) -> None:
    scene.stripe.pay(session.session_id, **how)
    scene.settle()


def status_of(scene: Scene, session: PaymentSession) -> str:
    with scene.town.houses["payments"].engine.connect() as connection:
        asked = sa.text("SELECT status FROM payment WHERE session_id = :id")
        return str(connection.execute(asked, {"id": session.session_id}).scalar_one())


def told(scene: Scene, created: CreatedBooking, *names: str) -> list[str]:
    return [name for name in scene.town.happened(created.booking.id) if name in names]


def books_agree(scene: Scene) -> None:
    """What payments has booked is what the provider has, to the cent and in the same order by payment."""
    same = {"release": "void", "expire": "void"}
    with scene.town.houses["payments"].engine.connect() as connection:
        ours = connection.exec_driver_sql("SELECT kind, amount FROM ledger").all()
    theirs = [(same.get(kind, kind), amount) for kind, amount in scene.movements()]
    assert sorted((row.kind, row.amount) for row in ours) == sorted(theirs)


def test_a_guest_overstays_stays_on_pays_and_leaves(scene: Scene) -> None:
    created = staying(scene, "101")
    paid = created.booking.total_amount
    coming = scene.book(check_in=scene.today() + timedelta(days=3), check_out=scene.today() + timedelta(days=5))
    scene.pay(coming)
    scene.town.ask(ApproveBooking(**about(coming)), STAFF)
    scene.settle()
    scene.town.ask(AssignRoom(**about(coming), room_number="101"), STAFF)

    late(scene, created, 180)
    state = scene.town.ask(GetOverstay(**about(created)), STAFF)
    assert state.incident
    assert (state.incident.status, state.incident.severity) == ("OPEN", "HIGH")
    listed = scene.town.ask(ListBookings(hotel=HOTEL, bucket="overdue_checkout"), STAFF)
    assert [(row.id, row.overstay_severity) for row in listed.results] == [(created.booking.id, "HIGH")]

    scene.town.ask(AcknowledgeOverstay(**about(created), note="Wants to stay."), STAFF)
    with pytest.raises(Refusal) as conflict:
        scene.town.ask(ExtendBooking(**about(created), add_nights=2), STAFF)
    assert conflict.value.code == "EXTENSION_CONFLICT"
    assert [one["booking_id"] for one in conflict.value.details["conflicts"]] == [coming.booking.id]
    assert 1 <= len(conflict.value.details["suggested_rooms"]) <= 5

    after = extend(scene, created, 1)
    owed = after.balance_due
    assert (after.nights, after.total_amount) == (3, paid + owed)
    assert owed.amount > 0
    assert not after.is_overstay

    session = page(scene, created)
    assert (session.status, session.amount) == ("created", owed)
    assert page(scene, created, STAFF).session_id == session.session_id  # staff are shown the same page
    pays(scene, session)
    now = scene.booking(created)
    assert (now.status, now.balance_due.amount, now.payment_status) == (BookingStatus.IN_HOUSE, 0, "CAPTURED")
    assert scene.movements()[-2:] == [("authorise", owed.amount), ("capture", owed.amount)]
    assert page(scene, created).status == "paid"

    scene.town.ask(CheckOut(**about(created)), STAFF)
    scene.settle()
    assert told(
        scene,
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
    assert scene.town.ask(GetRoom(hotel=HOTEL, room_number="101")).room_status is RoomStatus.CHECKOUT_DIRTY
    books_agree(scene)


def test_hotel_and_staff_are_told_under_every_name_and_of_nobody(scene: Scene) -> None:
    created = staying(scene, "101")
    late(scene, created, 40)
    scene.town.ask(AcknowledgeOverstay(**about(created)), STAFF)
    extend(scene, created, 1)

    pushed = scene.pusher.events()
    for name in ("overstay_flagged", "overstay_acknowledged", "overstay_extended", "overstay_resolved"):
        for spelled in (name, f"booking_{name}"):
            channels = {one["channel"] for one in pushed if one["event"] == spelled}
            assert channels == {f"private-hotel-{HOTEL}", f"private-staff-{HOTEL}"}, spelled
    assert {one["channel"] for one in pushed if one["event"] == "balance_changed"} == {
        f"private-hotel-{HOTEL}",
        f"private-booking-{created.booking.id}",
    }
    said = " ".join(str(one["data"]) for one in pushed)
    assert "ada@example.com" not in said
    assert "Ada" not in said


def test_the_added_nights_are_gone_for_others_at_once(scene: Scene) -> None:
    created = staying(scene, "101")
    day = created.booking.check_out

    def left() -> int:
        answer = scene.town.ask(CheckAvailability(hotel=HOTEL, check_in=day, check_out=day + timedelta(days=1)))
        return next(kind for kind in answer.room_types if kind.room_type_code == scene.room_types()[0]).available_units

    before = left()
    extend(scene, created, 1)

    assert left() == before - 1


def test_what_is_settled_at_the_desk_closes_the_page(scene: Scene) -> None:
    created = staying(scene, "101")
    extend(scene, created, 1)
    session = page(scene, created)

    after = scene.town.ask(SettleBalance(**about(created), note="Cash."), STAFF)
    scene.settle()

    assert after.balance_due.amount == 0
    assert status_of(scene, session) == "SESSION_EXPIRED"
    assert scene.booking(created).payment_status == "CAPTURED"


def test_what_is_paid_while_the_desk_settles_it_is_let_go(scene: Scene) -> None:
    created = staying(scene, "101")
    extend(scene, created, 1)
    session = page(scene, created)

    scene.stripe.pay(session.session_id)
    scene.town.ask(SettleBalance(**about(created)), STAFF)
    scene.settle()

    assert told(scene, created, "BalanceSettled", "BalancePaymentRefused", "BalancePaid")[0] == "BalanceSettled"
    assert "BalancePaid" not in scene.town.happened(created.booking.id)
    assert [kind for kind, _ in scene.movements()][-2:] == ["authorise", "void"]
    assert scene.booking(created).balance_due.amount == 0
    books_agree(scene)


def test_a_page_for_too_little_is_closed_before_there_is_another(scene: Scene) -> None:
    created = staying(scene, "101")
    first = extend(scene, created, 1).balance_due
    old = page(scene, created)
    both = extend(scene, created, 1).balance_due

    new = page(scene, created)

    assert (old.amount, new.amount) == (first, both)
    assert old.session_id != new.session_id
    assert status_of(scene, old) == "SESSION_EXPIRED"
    pays(scene, new)
    assert scene.booking(created).balance_due.amount == 0
    books_agree(scene)


def test_a_second_extension_is_paid_on_its_own(scene: Scene) -> None:
    created = staying(scene, "101")
    for _ in range(2):
        extend(scene, created, 1)
        pays(scene, page(scene, created))

    assert told(scene, created, "BalancePaid") == ["BalancePaid"] * 2
    assert [kind for kind, _ in scene.movements()].count("capture") == 3
    books_agree(scene)


def test_who_leaves_owing_still_owes_and_may_pay_on_the_page_they_have(scene: Scene) -> None:
    created = staying(scene, "101")
    owed = extend(scene, created, 1).balance_due
    session = page(scene, created)

    out = scene.town.ask(CheckOut(**about(created)), STAFF)
    scene.settle()
    assert (out.status, out.balance_due) == (BookingStatus.COMPLETED, owed)
    pays(scene, session)

    assert scene.booking(created).balance_due.amount == 0
    assert scene.booking(created).status is BookingStatus.COMPLETED
    books_agree(scene)


def test_a_page_nobody_paid_on_runs_out_and_the_balance_stays(scene: Scene) -> None:
    created = staying(scene, "101")
    owed = extend(scene, created, 1).balance_due
    session = page(scene, created)

    advance(scene, timedelta(hours=2))

    assert status_of(scene, session) == "SESSION_EXPIRED"
    now = scene.booking(created)
    assert (now.status, now.balance_due, now.payment_status) == (BookingStatus.IN_HOUSE, owed, "CAPTURED")
    assert page(scene, created).session_id != session.session_id


def test_called_off_in_house_with_a_waiver_both_payments_give_back_what_the_nights_used_leave(scene: Scene) -> None:
    created = staying(scene, "101")
    extend(scene, created, 2)
    pays(scene, page(scene, created))
    paid = scene.booking(created).total_amount

    scene.town.ask(CancelBooking(**about(created), reason="Called away.", waive_fee=True), STAFF)
    scene.settle()

    over = scene.booking(created)
    assert over.cancellation_fee
    assert over.refund_amount
    assert (over.status, over.balance_due.amount, over.refund_status) == (BookingStatus.CANCELLED, 0, "SUCCEEDED")
    moved = scene.movements()
    taken = sum(amount for kind, amount in moved if kind == "capture")
    given_back = sum(amount for kind, amount in moved if kind == "refund")
    assert (taken, taken - given_back) == (paid.amount, over.cancellation_fee.amount)
    assert over.refund_amount.amount == given_back
    books_agree(scene)
