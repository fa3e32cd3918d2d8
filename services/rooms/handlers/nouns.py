"""The definitions that a hotel's staff maintain: room types, promotions, cancellation policies and menu items.

Each of these four is an instance of `Noun`, whose methods handle the messages. A change does not affect the terms of
existing bookings and quotes.
"""

from contracts.rooms.menu import MenuChanged
from contracts.rooms.policies import Policies, PolicyDefinition
from contracts.rooms.promotions import PromotionDefinition, Promotions
from contracts.rooms.room_types import RoomTypes, RoomTypeView
from services.rooms.domain import menu, policies, promotions, room_types, stays
from services.rooms.domain.hotels import Hotel
from services.rooms.steps import hotel_changes
from services.rooms.steps.nouns import CodedNoun, Noun, record_by_code
from services.rooms.work import RoomsWork


def check_room_type(work: RoomsWork, hotel: Hotel, room_type: RoomTypeView) -> RoomTypeView:
    """Check the room type and the policy that the type names; returns the room type. Refused `VALIDATION_ERROR`."""
    policy = work.policies.get(hotel, room_type.policy) if room_type.policy else None
    name_is_taken = work.room_types.is_name_taken(hotel, code=room_type.code, name=room_type.name)
    return room_types.checked(room_type, name_is_taken=name_is_taken, policy=policy.code if policy else None)


def record_room_type(work: RoomsWork, hotel: Hotel, what: str, code: str, fields: str) -> None:
    """Write the audit row of a room type, and publish the changed availability."""
    record_by_code(work, hotel, what, code, fields)
    hotel_changes.publish_availability(work, hotel, code)


def settle_room_type(work: RoomsWork, hotel: Hotel, what: str, code: str) -> None:
    """Count the capacity of an added type. For a removed type, check that no night from today on is sold.

    Adding a removed type again brings back the type with its rooms. Refused `ROOM_TYPE_IN_USE`.
    """
    if what == ROOM_TYPES.added:
        hotel_changes.recount(work, hotel, [work.room_types.id_of(hotel, code)])
        today = stays.local_day(work.now, hotel.timezone)
        work.nights.extend(hotel.slug, first=today, through=stays.last_counted_night(today))
    elif what == ROOM_TYPES.removed:
        type_id = work.room_types.id_of(hotel, code)
        hotel_changes.recount(work, hotel, [type_id], allowance=0, refused_as="ROOM_TYPE_IN_USE")


ROOM_TYPES = CodedNoun(
    port=lambda work: work.room_types,
    page=RoomTypes,
    not_found=("ROOM_TYPE_NOT_FOUND", "The hotel has no such room type."),
    exists=("ROOM_TYPE_EXISTS", "There is a room type {}."),
    in_use=("ROOM_TYPE_IN_USE", "There are rooms of type {}."),
    added="RoomTypeAdded",
    changed="RoomTypeChanged",
    removed="RoomTypeRemoved",
    draft=room_types.drafted,
    change=room_types.changed,
    check=check_room_type,
    record=record_room_type,
    settle=settle_room_type,
)


def check_promotion(work: RoomsWork, hotel: Hotel, promotion: PromotionDefinition) -> PromotionDefinition:
    """Check the promotion and its room type; returns the promotion. Refused `VALIDATION_ERROR`."""
    named = work.room_types.named(hotel, promotion.room_type) if promotion.room_type else None
    return promotions.checked(promotion, currency=hotel.currency, room_type=named[1].code if named else None)


PROMOTIONS = CodedNoun(
    port=lambda work: work.promotions,
    page=Promotions,
    not_found=("PROMOTION_NOT_FOUND", "The hotel has no such promotion."),
    exists=("PROMOTION_EXISTS", "There is a promotion {}."),
    added="PromotionAdded",
    changed="PromotionChanged",
    removed="PromotionRemoved",
    draft=promotions.drafted,
    change=promotions.changed,
    check=check_promotion,
)


def check_policy(_: RoomsWork, hotel: Hotel, policy: PolicyDefinition) -> PolicyDefinition:
    """Check the policy; returns the policy. Refused `VALIDATION_ERROR`."""
    return policies.checked(policy, currency=hotel.currency)


POLICIES = CodedNoun(
    port=lambda work: work.policies,
    page=Policies,
    not_found=("POLICY_NOT_FOUND", "The hotel has no such cancellation policy."),
    exists=("POLICY_EXISTS", "There is a policy {}."),
    in_use=("POLICY_IN_USE", "Policy {} is the standard one, or a room type's."),
    added="PolicyAdded",
    changed="PolicyChanged",
    removed="PolicyRemoved",
    draft=policies.drafted,
    change=policies.changed,
    check=check_policy,
)


def record_menu_item(work: RoomsWork, hotel: Hotel, what: str, item_id: int, fields: str) -> None:
    """Publish the changed menu, and write the audit row of the item."""
    version = work.menu.version(hotel, item_id)
    work.publish(MenuChanged(hotel=hotel.slug, item_id=item_id))
    sequence = version + 1 if what == MENU_ITEMS.removed else version
    work.record(f"menu-item/{hotel.slug}/{item_id}", hotel=hotel.slug, sequence=sequence, what=what, why=fields)


MENU_ITEMS = Noun(
    key=lambda ask: int(ask.item_id),
    key_of=lambda item: item.id,
    port=lambda work: work.menu,
    reads=None,
    not_found=menu.NOT_FOUND,
    added="MenuItemAdded",
    changed="MenuItemChanged",
    removed="MenuItemRemoved",
    draft=menu.drafted,
    change=menu.changed,
    record=record_menu_item,
)
