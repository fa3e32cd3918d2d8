"""The statements of each ask, and the indexes of the hot queries."""

import pytest
import sqlalchemy as sa

from contracts.rooms.availability import CheckAvailability
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.quotes import GiveQuote
from contracts.rooms.rates import WriteRates
from contracts.rooms.rooms import GetRoom, ListRooms
from contracts.values import Stay
from services.rooms.store.availability import LEFT
from services.rooms.store.nights import RECOUNT, SELL
from services.rooms.store.offers import offer_statement
from services.rooms.store.rates import LIST as RATES_LIST
from services.rooms.store.rates import WRITE
from services.rooms.store.sales import SALE
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, day


@pytest.fixture
def crowded(service: RoomsUnderTest) -> RoomsUnderTest:
    """A thousand more hotels of five types, ten of them with two years of nights: enough for the planner."""
    for number in range(2):
        service.import_hotel(
            slug=f"crowd-{number}",
            room_types=tuple(a_type(code=f"T{n}", name=f"Type {n}", rooms=(f"{n}1", f"{n}2")) for n in range(5)),
        )
    with service.engine.begin() as connection:
        connection.exec_driver_sql("""
            INSERT INTO hotel (slug, name, code, timezone, currency, tax_percent, page, settings, wifi, version,
                    nights_through)
                SELECT 'bulk-' || n, name, code, timezone, currency, tax_percent, page, settings, wifi, version,
                    nights_through FROM hotel, generate_series(1, 1000) n WHERE slug = 'crowd-0';
            INSERT INTO cancellation_policy SELECT 'bulk-' || n, code, name, terms
                FROM cancellation_policy, generate_series(1, 1000) n WHERE hotel = 'crowd-0';
            INSERT INTO room_type (hotel, code, name, max_occupancy, base_price, bed_setup, photo)
                SELECT 'bulk-' || n, code, name, max_occupancy, base_price, bed_setup, photo
                FROM room_type, generate_series(1, 1000) n WHERE hotel = 'crowd-0';
            INSERT INTO night (hotel, room_type_id, night, capacity)
                SELECT t.hotel, t.id, date '2026-03-10' + d, 2 FROM room_type t, generate_series(0, 730) d
                WHERE t.hotel LIKE 'bulk-10_';
        """)
        connection.exec_driver_sql("ANALYZE hotel, room_type, night, cancellation_policy")
    service.hotel = "crowd-1"
    return service


def plan(service: RoomsUnderTest, statement: sa.TextClause, **values: object) -> str:
    with service.engine.begin() as connection:
        return "\n".join(connection.execute(sa.text(f"EXPLAIN {statement.text}"), values).scalars())


def test_availability_takes_one_statement(service: RoomsUnderTest) -> None:
    with service.statements() as sent:
        service.ask(CheckAvailability(hotel=service.hotel, check_in=day(0), check_out=day(3)))

    assert len(sent) == 1


def test_a_hold_reads_its_offer_and_sells_with_one_statement(service: RoomsUnderTest) -> None:
    with service.statements() as sent:
        service.hold("BK-A")

    assert [statement.split()[0] for statement in sent] == ["SELECT", "WITH"]


def test_a_sold_out_hold_takes_one_statement_and_no_lock(service: RoomsUnderTest) -> None:
    service.hold("BK-A", room_type="STE")

    with service.statements() as sent:
        service.refusal(service.holding("BK-B", room_type="STE"))

    assert len(sent) == 1


@pytest.mark.parametrize("nights", [1, 30])
def test_the_statements_of_a_hold_do_not_grow_with_its_nights(service: RoomsUnderTest, nights: int) -> None:
    def cost(ask: object) -> int:
        with service.statements() as sent:
            service.ask(ask)
        return len(sent)

    stay = Stay(day(0), day(nights))
    quote = GiveQuote(
        hotel=service.hotel, room_type="DBL", check_in=stay.check_in, check_out=stay.check_out, adults=1, children=0
    )

    costs = {
        "quote": cost(quote),
        "hold": cost(service.holding("BK-A", 0, nights)),
        "give": cost(service.giving("BK-A", "101")),
        "move in": cost(service.moving_in("BK-A")),
        "move out": cost(service.moving_out("BK-A", day(nights))),
        "hold again": cost(service.holding("BK-B", 0, nights)),
        "release": cost(ReleaseInventory(hotel=service.hotel, booking_id="BK-B")),
        "room": cost(GetRoom(hotel=service.hotel, room_number="101")),
        "rooms": cost(ListRooms(hotel=service.hotel)),
    }

    assert costs == {
        "quote": 2,
        "hold": 2,
        "give": 5,
        "move in": 5,
        "move out": 5,
        "hold again": 2,
        "release": 6,
        "room": 1,
        "rooms": 2,
    }


def test_availability_reads_its_nights_by_index(crowded: RoomsUnderTest) -> None:
    explained = plan(crowded, LEFT, hotel=crowded.hotel, check_in=day(10), check_out=day(13))

    assert "night_pkey" in explained
    assert "Index Scan using room_type_" in explained
    assert "hotel_pkey" in explained
    assert "Seq Scan" not in explained


def test_an_offer_is_read_by_index(crowded: RoomsUnderTest) -> None:
    named = {"promo_code": "P", "quote_id": "Q-1", "booking_id": "BK-1"}
    stay = {"hotel": crowded.hotel, "room_type": "T1", "check_in": day(10), "check_out": day(13)}

    explained = plan(crowded, offer_statement(*named), **stay, **named)

    assert "night_pkey" in explained
    assert "cancellation_policy_pkey" in explained
    assert "Seq Scan on night" not in explained
    assert "Seq Scan on room_type" not in explained


def test_a_sale_locks_its_nights_by_index_in_order(crowded: RoomsUnderTest) -> None:
    explained = plan(
        crowded,
        SELL,
        hotels=[crowded.hotel],
        types=[3],
        firsts=[day(10)],
        untils=[day(13)],
        steps=[1],
        first=day(10),
        last=day(13),
    )

    assert "LockRows" in explained
    assert explained.count("night_pkey") >= 2
    assert "Seq Scan on night" not in explained


def test_a_hold_sells_its_nights_by_index_in_order(crowded: RoomsUnderTest) -> None:
    explained = plan(
        crowded, sa.text(f"WITH {SALE} SELECT passed FROM checked"), booking_id="BK-A", hotel=crowded.hotel,
        room_type_id=3, check_in=day(10), check_out=day(13), nights=3, answer="{}", now=START,
    )  # fmt: skip

    assert "LockRows" in explained
    assert explained.count("night_pkey") >= 2
    assert "Seq Scan on night" not in explained


def test_rates_are_written_and_listed_by_index(crowded: RoomsUnderTest) -> None:
    nights = {"first": day(10), "last": day(40), "type": 3}
    written = plan(crowded, WRITE, **nights, hotel=crowded.hotel, weekdays=[4], price=1)
    listed = plan(crowded, RATES_LIST, **nights, hotel=crowded.hotel, limit=20, skip=0)

    assert "night_pkey" in written
    assert "Seq Scan on night" not in written
    assert "night_with_rate" in listed
    assert "Seq Scan on night" not in listed


def test_a_recount_reads_its_nights_and_rooms_by_index(crowded: RoomsUnderTest) -> None:
    explained = plan(crowded, RECOUNT, hotel=crowded.hotel, types=[3], first=day(0), overbooking=0)

    assert "LockRows" in explained
    assert "Seq Scan on night" not in explained
    assert "Seq Scan on room " not in explained


@pytest.mark.parametrize("nights", [1, 300])
def test_the_statements_of_a_rate_change_do_not_grow_with_its_nights(service: RoomsUnderTest, nights: int) -> None:
    command = WriteRates(hotel=service.hotel, room_type="DBL", start_date=day(0), end_date=day(nights), price="150.00")

    with service.statements() as sent:
        service.ask(command)

    assert len(sent) == 5
