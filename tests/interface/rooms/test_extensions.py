"""Extensions: the room, the counters, the price, the events, and the refusals."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.events import InventoryExtended
from contracts.rooms.extensions import Extended, ExtendStay
from contracts.rooms.holds import ReleaseInventory
from contracts.values import Money, Stay
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, at_once, day


def in_house(service: RoomsUnderTest, booking_id: str = "BK-A", room: str = "101", until: int = 2, **more: Any) -> None:
    service.hold(booking_id, 0, until, **more)
    service.give(booking_id, room)
    service.move_in(booking_id)


def extending(
    service: RoomsUnderTest, until: int, *, action_id: str = "more-1", booking_id: str = "BK-A"
) -> ExtendStay:
    return ExtendStay(action_id=action_id, booking_id=booking_id, hotel=service.hotel, until=day(until))


def nights(service: RoomsUnderTest, booking_id: str = "BK-A") -> Stay:
    [row] = service.rows(
        "SELECT lower(nights) AS first, upper(nights) AS until FROM period WHERE live AND booking_id = :id",
        id=booking_id,
    )
    return Stay(row.first, row.until)


def test_an_extension_takes_the_room_and_the_nights_once(service: RoomsUnderTest) -> None:
    in_house(service)

    first = service.ask(extending(service, 4))
    again = service.ask(extending(service, 4))

    assert first == again
    assert nights(service) == Stay(day(0), day(4))
    assert service.sold()[:6] == [1, 1, 1, 1, 0, 0]
    [fact] = service.events(InventoryExtended)
    assert (fact.first_night, fact.until, fact.action_id) == (day(2), day(4), "more-1")
    assert service.sequences("hold/BK-A") == [1, 2]
    [hold] = service.rows("SELECT check_out FROM hold")
    assert hold.check_out == day(4)


def test_the_added_nights_have_the_price_of_their_rates_with_tax(service: RoomsUnderTest) -> None:
    in_house(service)
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE night SET price = 13000 WHERE night = :night"), {"night": day(3)})

    price = service.ask(extending(service, 4)).price

    assert [night.amount for night in price.nights] == [10000, 13000]
    assert (price.subtotal, price.tax, price.total) == (
        Money(23000, "EUR"),
        Money(2070, "EUR"),
        Money(25070, "EUR"),
    )


def test_an_upgraded_guest_extends_at_the_price_of_the_booked_type(
    service: RoomsUnderTest,
) -> None:
    in_house(service, room="201")

    reply = service.ask(extending(service, 3))

    assert reply.price.subtotal == Money(10000, "EUR")
    assert (service.sold()[:4], service.sold("STE")[:4]) == ([0, 0, 0, 0], [1, 1, 1, 0])


def test_an_extension_onto_another_stay_is_refused_with_the_conflict_and_suggestions(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101", "102", "103", "104", "105", "106", "107", "108")),))
    in_house(service)
    service.hold("BK-B", 3, 5)
    service.give("BK-B", "101")
    service.hold("BK-C", 2, 4)
    service.give("BK-C", "102")

    refused = service.refusal(extending(service, 4))

    assert refused.code == "EXTENSION_CONFLICT"
    assert refused.details["conflicts"] == [
        {
            "room_number": "101",
            "booking_id": "BK-B",
            "reason": "Existing booking",
            "from": day(3).isoformat(),
            "until": day(5).isoformat(),
        }
    ]
    suggested = [room["room_number"] for room in refused.details["suggested_rooms"]]
    assert suggested == ["103", "104", "105", "106", "107"]
    assert nights(service) == Stay(day(0), day(2))
    assert service.ask(extending(service, 3, action_id="more-1")).room.room_number == "101"  # not stored before


def test_an_extension_onto_a_block_is_refused(service: RoomsUnderTest) -> None:
    in_house(service)
    block_tomorrow(service)

    refused = service.refusal(extending(service, 3))

    assert refused.code == "EXTENSION_CONFLICT"
    assert [(conflict["booking_id"], conflict["reason"]) for conflict in refused.details["conflicts"]] == [
        (None, "Blocked")
    ]


def test_an_extension_in_a_full_type_is_refused_with_rooms_of_another(service: RoomsUnderTest) -> None:
    in_house(service)
    for n in range(2):
        service.hold(f"BK-{n}", 2, 3)

    refused = service.refusal(extending(service, 4))

    assert refused.code == "SOLD_OUT"
    assert refused.details["conflicts"] == [
        {"room_type": "Double Room", "reason": "Sold out", "night": day(2).isoformat()}
    ]
    assert [room["room_number"] for room in refused.details["suggested_rooms"]] == ["201"]
    assert (service.sold()[:4], nights(service)) == ([1, 1, 2, 0], Stay(day(0), day(2)))


@pytest.mark.parametrize(
    ("until", "code"), [(2, "VALIDATION_ERROR"), (1, "VALIDATION_ERROR"), (366, "VALIDATION_ERROR")]
)
def test_an_invalid_extension_is_refused(service: RoomsUnderTest, until: int, code: str) -> None:
    in_house(service)

    assert service.refusal(extending(service, until)).code == code


def test_an_extension_before_check_in_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")

    assert service.refusal(extending(service, 4)).code == "NOT_CHECKED_IN"
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))
    assert service.refusal(extending(service, 4, action_id="more-2")).code == "NOTHING_HELD"


def test_an_overstaying_guest_may_extend(service: RoomsUnderTest) -> None:
    in_house(service)
    service.unit_of_work.moment = START + timedelta(days=4)

    assert service.ask(extending(service, 5)).price.subtotal == Money(30000, "EUR")
    assert nights(service) == Stay(day(0), day(5))


def test_an_early_check_out_frees_the_added_nights(service: RoomsUnderTest) -> None:
    in_house(service)
    service.ask(extending(service, 5))

    service.ask(service.moving_out("BK-A", day(3)))

    assert service.sold()[:6] == [1, 1, 1, 0, 0, 0]


def test_of_an_extension_and_an_assignment_of_the_same_nights_one_succeeds(service: RoomsUnderTest) -> None:
    for turn in range(8):
        service.import_hotel(room_types=(a_type(rooms=("101", "102", "103")),))
        staying, coming = f"BK-A{turn}", f"BK-B{turn}"
        in_house(service, staying)
        service.hold(coming, 2, 4)

        extended, given = at_once(
            [
                lambda booking_id=staying: service.ask(
                    extending(service, 3, action_id=f"more-{booking_id}", booking_id=booking_id)
                ),
                lambda booking_id=coming: service.give(booking_id, "101"),
            ]
        )

        refused = [answer for answer in (extended, given) if isinstance(answer, Refusal)]
        assert [answer.code for answer in refused] in (["EXTENSION_CONFLICT"], ["ROOM_OVERLAP_CONFLICT"])
        assert nights(service, staying).check_out == day(3 if isinstance(extended, Extended) else 2)
        assert len(service.rows("SELECT id FROM period WHERE live AND nights @> :night", night=day(2))) == 1
        with service.engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE hotel, hold, action CASCADE"))


def test_the_constraint_alone_refuses_an_overlapping_extension(service: RoomsUnderTest) -> None:
    in_house(service)
    service.hold("BK-B", 2, 4)
    service.give("BK-B", "101")

    with pytest.raises(sa.exc.IntegrityError, match="period_no_room_twice"), service.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE period SET nights = daterange(lower(nights), :until) WHERE booking_id = 'BK-A'"),
            {"until": day(3)},
        )


def test_without_the_constraint_an_extension_and_a_stay_would_overlap(
    service: RoomsUnderTest,
) -> None:
    """The negative control: a copy of the table without the exclusion constraint."""
    in_house(service)
    service.hold("BK-B", 2, 4)
    service.give("BK-B", "101")

    with service.engine.begin() as connection:
        connection.execute(sa.text("CREATE TEMPORARY TABLE naive AS SELECT * FROM period"))
        connection.execute(
            sa.text("UPDATE naive SET nights = daterange(lower(nights), :until) WHERE booking_id = 'BK-A'"),
            {"until": day(3)},
        )
        shared = connection.execute(
            sa.text("SELECT count(*) FROM naive WHERE live AND nights @> :night"), {"night": day(2)}
        ).scalar_one()
        connection.execute(sa.text("DROP TABLE naive"))

    assert shared == 2


def block_tomorrow(service: RoomsUnderTest) -> None:
    with service.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO period (hotel, room_id, kind, nights, began_at)"
                " SELECT hotel, id, 'BLOCK', daterange(:first, :until), now() FROM room"
                " WHERE hotel = :hotel AND room_number = '101'"
            ),
            {"hotel": service.hotel, "first": day(2), "until": day(3)},
        )
