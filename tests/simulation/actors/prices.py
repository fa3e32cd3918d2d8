"""A manager's prices and terms: daily rates, promotions, cancellation policies and the menu."""

from __future__ import annotations

from datetime import timedelta

from contracts.rooms.menu import AddMenuItem, ChangeMenuItem, GetMenu, RemoveMenuItem
from contracts.rooms.policies import (
    AddPolicy,
    ChangePolicy,
    ListPolicies,
    PolicyDefinition,
    RemovePolicy,
    TierDefinition,
)
from contracts.rooms.promotions import (
    AddPromotion,
    ChangePromotion,
    ListPromotions,
    PromotionDefinition,
    RemovePromotion,
)
from contracts.rooms.rates import WriteRates
from contracts.rooms.room_types import ListRoomTypes
from tests.simulation.actors.colleague import Colleague
from tests.simulation.actors.guest_profiles import PROMO_CODE

TIERS = (
    TierDefinition(hours_before=0, kind="FULL_STAY"), TierDefinition(hours_before=24, kind="PERCENTAGE", value="60"),
    TierDefinition(hours_before=72, kind="FIXED", value="20.00"), TierDefinition(hours_before=96, kind="NONE"),
)  # fmt: skip
POLICIES = (
    PolicyDefinition(code="FLEX", name="Flexible", kind="FLEXIBLE", is_standard=True),
    PolicyDefinition(code="HALF", name="Moderate", kind="MODERATE", is_standard=True),
    PolicyDefinition(code="NONE", name="Non-refundable", kind="NON_REFUNDABLE", is_standard=True),
    PolicyDefinition(code="TIER", name="Tiers", kind="CUSTOM", tiers=TIERS, is_standard=True),
    PolicyDefinition(code="ODD", name="Odd", kind="WHATEVER"),
)


def set_rates(colleague: Colleague) -> None:
    """Set the price of some nights, or take the daily rates back."""
    hotel = colleague.hotel.slug
    room_type = colleague.client.one_of("room type", ListRoomTypes(hotel=hotel), lambda types: types.results)
    if room_type:
        price = colleague.pick("price", ("150.00", "61.50", "0.00", None, "1.005"))
        first, last = colleague.today, colleague.today + timedelta(days=7)
        colleague.client.command(
            WriteRates(hotel=hotel, room_type=room_type.code, start_date=first, end_date=last, price=price)
        )


def change_promotions(colleague: Colleague) -> None:
    """Add, change or remove a promotion."""
    hotel = colleague.hotel.slug
    promotions = colleague.client.rows(ListPromotions(hotel=hotel), lambda reply: reply.results)
    if not promotions or colleague.chance("a new one", 0.3):
        value = colleague.pick("percent", ("10", "100", "101"))
        colleague.client.command(
            AddPromotion(hotel=hotel, promotion=PromotionDefinition(code=PROMO_CODE, kind="PERCENT", value=value))
        )
    elif colleague.chance("removes", 0.3):
        colleague.client.command(RemovePromotion(hotel=hotel, code=colleague.pick("promotion", promotions).code))
    else:
        code = colleague.pick("promotion", promotions).code
        colleague.client.command(ChangePromotion(hotel=hotel, code=code, min_nights=2))


def change_policies(colleague: Colleague) -> None:
    """Add a cancellation policy, make another one the standard, or remove one."""
    hotel = colleague.hotel.slug
    policies = colleague.client.rows(ListPolicies(hotel=hotel), lambda reply: reply.results)
    if not policies or colleague.chance("a new one", 0.5):
        colleague.client.command(AddPolicy(hotel=hotel, policy=colleague.pick("policy", POLICIES)))
    elif colleague.chance("removes", 0.2):
        colleague.client.command(RemovePolicy(hotel=hotel, code=colleague.pick("policy", policies).code))
    else:
        code = colleague.pick("policy", policies).code
        colleague.client.command(ChangePolicy(hotel=hotel, code=code, is_standard=True, no_show="FULL_STAY"))


def change_menu(colleague: Colleague) -> None:
    """Add an item to the menu, change its price, run out of it, or remove it."""
    hotel = colleague.hotel.slug
    items = colleague.client.rows(GetMenu(hotel=hotel), lambda menu: menu.items)
    if not items or colleague.chance("a new one", 0.2):
        colleague.client.command(AddMenuItem(hotel=hotel, name="Soup", price="7.50"))
        return
    item = colleague.pick("item", items)
    if colleague.chance("removes", 0.1):
        colleague.client.command(RemoveMenuItem(hotel=hotel, item_id=item.id))
    else:
        changes = (
            ChangeMenuItem(hotel=hotel, item_id=item.id, price="8.00"),
            ChangeMenuItem(hotel=hotel, item_id=item.id, is_available=not item.is_available),
        )
        colleague.client.command(colleague.pick("change", changes))
