"""Changes of booked stays at once: the last free night, and one room."""

import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.values import Stay
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, at_once, day
from tests.interface.rooms.stay_changes import changed_to, changing, period


def test_of_many_changes_to_the_last_free_night_one_succeeds(service: RoomsUnderTest) -> None:
    numbers = tuple(str(n) for n in range(100, 120))
    service.import_hotel(room_types=(a_type(rooms=numbers),))
    for n in range(20):
        service.hold(f"BK-{n}", 0, 1)
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE night SET capacity = 1 WHERE night = :night"), {"night": day(1)})

    changes = [changing(service, changed_to(0, 2), booking_id=f"BK-{n}", action_id=f"change-{n}") for n in range(20)]

    answers = at_once([lambda change=change: service.ask(change) for change in changes])

    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refused] == ["SOLD_OUT"] * 19
    assert service.sold()[:3] == [20, 1, 0]


def test_changes_and_assignments_of_one_room_at_once_never_share_a_night(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101", "102", "103", "104")),))
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    service.hold("BK-B", 2, 4)

    change = changing(service, changed_to(0, 3))

    at_once([lambda: service.ask(change), lambda: service.give("BK-B", "101")])

    ours, theirs = period(service), period(service, "BK-B")
    assert theirs == ("101", Stay(day(2), day(4))) or ours == ("101", Stay(day(0), day(3)))
    assert not (theirs and ours and theirs[0] == ours[0] and set(theirs[1]) & set(ours[1]))
