"""Staff are told once of each sold stay that no room plan gives a room."""

from datetime import date, timedelta

from contracts.rooms.room_plan import Obstacle, ObstacleKind, RoomPlanProposal, StayWithoutRoom
from services.bookings.domain.room_plan_checks import (
    MOST_OBSTACLES,
    ImpossibleStay,
    RoomPlanCheck,
    compared,
    impossible,
    version_of,
)
from tests.unit.bookings.builders import HOTEL, NOW

LATER = NOW + timedelta(hours=5)


def stay(booking_id: str, *others: str) -> StayWithoutRoom:
    obstacles = tuple(Obstacle(kind=ObstacleKind.STAY, id=each, room_number="101") for each in others)
    return StayWithoutRoom(booking_id=booking_id, nights=(date(2030, 6, 10),), blocked_by=obstacles)


def plan(*stays: StayWithoutRoom, proven: bool = True) -> RoomPlanProposal:
    return RoomPlanProposal(version="1", impossible=stays, proven=proven)


def stored(*stays: StayWithoutRoom) -> tuple[ImpossibleStay, ...]:
    return compared((), plan(*stays), now=NOW)[0]


def news(before: tuple[ImpossibleStay, ...], *stays: StayWithoutRoom) -> list[str]:
    return [each.stay.booking_id for each in compared(before, plan(*stays), now=LATER)[1]]


def test_a_stay_without_a_room_is_news_once() -> None:
    before = stored(stay("BK-A"))

    assert news((), stay("BK-A")) == ["BK-A"]
    assert news(before, stay("BK-A")) == []
    assert news(before, stay("BK-A"), stay("BK-B")) == ["BK-B"]


def test_a_stay_that_had_a_room_meanwhile_is_news_again() -> None:
    gone, _ = compared(stored(stay("BK-A")), plan(), now=LATER)

    assert gone == ()
    assert news(gone, stay("BK-A")) == ["BK-A"]


def test_a_stay_in_the_place_of_one_that_it_clashed_with_is_no_news() -> None:
    before = stored(stay("BK-A", "BK-B", "BK-C"))

    stays, tell = compared(before, plan(stay("BK-B", "BK-A", "BK-C")), now=LATER)

    assert tell == ()
    assert [(each.stay.booking_id, each.noticed_at) for each in stays] == [("BK-B", NOW)]


def test_each_stay_takes_the_place_of_one_only() -> None:
    before = stored(stay("BK-A", "BK-B", "BK-C"))

    assert news(before, stay("BK-B"), stay("BK-C")) == ["BK-C"]
    assert news(before, stay("BK-A"), stay("BK-B")) == ["BK-B"]
    assert news(before, stay("BK-D", "BK-A")) == ["BK-D"]


def test_the_event_names_a_part_of_many_obstacles_and_says_how_many_there_are() -> None:
    many = stay("BK-A", *(f"BK-{number}" for number in range(MOST_OBSTACLES + 7)))

    [each], _ = compared((), plan(many, proven=False), now=NOW)
    event = impossible(HOTEL, each)

    assert (len(event.blocked_by), event.left_off, event.proven) == (MOST_OBSTACLES, 7, False)
    assert (event.hotel, event.booking_id, event.noticed_at) == (HOTEL, "BK-A", NOW)


def test_a_plan_is_made_again_once_bookings_marks_or_the_quarter_of_the_day_differ() -> None:
    check = RoomPlanCheck(hotel=HOTEL, version="", marks=1, impossible=())
    version = version_of("digest", check, now=NOW)

    assert version_of("digest", check, now=NOW) == version
    others = (
        version_of("another", check, now=NOW),
        version_of("digest", RoomPlanCheck(hotel=HOTEL, version="", marks=2, impossible=()), now=NOW),
        version_of("digest", check, now=NOW + timedelta(hours=6)),
    )
    assert len({version, *others}) == 4
