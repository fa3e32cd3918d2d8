"""Asks for rates, promotions, policies, room types and quotes, with default values; and the staff who may send them."""

from contracts.rooms.policies import AddPolicy, PolicyDefinition
from contracts.rooms.promotions import AddPromotion, PromotionDefinition
from contracts.rooms.quotes import GiveQuote, Quote
from contracts.rooms.rates import RatesWritten, WriteRates
from contracts.rooms.room_types import AddRoomType
from contracts.values import Caller, Permission
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day, staff


def manager(service: RoomsUnderTest) -> Caller:
    return staff(service, Permission.MANAGE_SETTINGS)


def quoting(service: RoomsUnderTest, **overrides: object) -> GiveQuote:
    values = {
        "hotel": service.hotel, "room_type": "DBL", "check_in": day(0), "check_out": day(2), "adults": 2, "children": 0
    }  # fmt: skip
    return GiveQuote(**(values | overrides))


def quoted(service: RoomsUnderTest, **overrides: object) -> Quote:
    return service.ask(quoting(service, **overrides))


def write_rates(service: RoomsUnderTest, first: int, last: int, price: str | None, **more: object) -> RatesWritten:
    return service.ask(writing_rates(service, first, last, price, **more), caller=manager(service))


def writing_rates(service: RoomsUnderTest, first: int, last: int, price: str | None, **more: object) -> WriteRates:
    values = {
        "hotel": service.hotel,
        "room_type": "DBL",
        "start_date": day(first),
        "end_date": day(last),
        "price": price,
    }
    return WriteRates(**(values | more))


def adding_promotion(service: RoomsUnderTest, **values: object) -> AddPromotion:
    defaults = {"code": "SPRING", "kind": "PERCENT", "value": "10"}
    return AddPromotion(hotel=service.hotel, promotion=PromotionDefinition(**(defaults | values)))


def adding_policy(service: RoomsUnderTest, **values: object) -> AddPolicy:
    defaults = {"code": "strict", "name": "Strict", "kind": "NON_REFUNDABLE"}
    return AddPolicy(hotel=service.hotel, policy=PolicyDefinition(**(defaults | values)))


def adding_room_type(service: RoomsUnderTest, **values: object) -> AddRoomType:
    defaults = {"hotel": service.hotel, "code": "FAM", "name": "Family", "max_occupancy": 4, "base_price": "180.00"}
    return AddRoomType(**(defaults | values))
