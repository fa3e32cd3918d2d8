"""A manager changes what is on sale: rooms, blocks, room types and settings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from contracts.rooms.blocks import BlockRoom, ListBlocks, UnblockRoom
from contracts.rooms.room_types import AddRoomType, ChangeRoomType, ListRoomTypes, RemoveRoomType
from contracts.rooms.rooms import AddRoom, ChangeRoom, RemoveRoom
from contracts.rooms.settings import ChangeSettings, GetSettings, SettingsChange
from tests.simulation.actors.client import weighted
from tests.simulation.actors.colleague import Colleague

NEW_ROOM, NEW_TYPE = "901", "ATT"
SETTINGS_CHANGES = (
    SettingsChange(approval_required=False), SettingsChange(approval_required=True),
    SettingsChange(payment_hold_minutes=5), SettingsChange(payment_hold_minutes=30),
    SettingsChange(overbooking_allowance=1), SettingsChange(overbooking_allowance=0),
    SettingsChange(standard_checkout_time="10:00"), SettingsChange(standard_checkout_time="25:99"),
    SettingsChange(strict_room_type=True), SettingsChange(strict_room_type=False),
    SettingsChange(tax_percent=Decimal("13.5")), SettingsChange(approval_sla_minutes=10),
    SettingsChange(change_payment_staff="first"), SettingsChange(change_payment_guest="owed"),
    SettingsChange(guest_changes="never"), SettingsChange(guest_changes="always"),
)  # fmt: skip


def block(colleague: Colleague) -> None:
    """Block a room for some nights; also nights in the past."""
    if room := colleague.a_room():
        first = colleague.today + timedelta(days=colleague.pick("first night", (0, 0, 1, 5, -2)))
        until = first + timedelta(days=weighted(colleague.world, "nights", {1: 4, 3: 1, 0: 1}))
        hotel, number = colleague.hotel.slug, room.room_number
        colleague.client.command(
            BlockRoom(hotel=hotel, room_number=number, starts_on=first, until=until, reason="Paint.")
        )


def unblock(colleague: Colleague) -> None:
    """End a block, or all blocks of a room."""
    room = colleague.a_room()
    if room is None:
        return
    hotel, number = colleague.hotel.slug, room.room_number
    listed = colleague.client.one_of("block", ListBlocks(hotel=hotel, room_number=number), lambda reply: reply.blocks)
    if colleague.chance("all of them", 0.4):
        colleague.client.command(UnblockRoom(hotel=hotel, room_number=number))
    elif listed or colleague.chance("no such block", 0.1):
        block_id = listed.id if listed else 999_999
        colleague.client.command(UnblockRoom(hotel=hotel, room_number=number, block_id=block_id))


def change_rooms(colleague: Colleague) -> None:
    """Add a room, change one, or remove one."""
    room = colleague.a_room()
    if room is None:
        return
    hotel = colleague.hotel.slug
    step = colleague.pick("step", ("add", "change", "close", "open", "remove"))
    if step == "add":
        colleague.client.command(AddRoom(hotel=hotel, room_number=NEW_ROOM, room_type=room.room_type_code))
    elif step == "remove":
        number = NEW_ROOM if colleague.chance("the new one", 0.7) else room.room_number
        colleague.client.command(RemoveRoom(hotel=hotel, room_number=number))
    elif step == "change":
        colleague.client.command(ChangeRoom(hotel=hotel, room_number=room.room_number, notes="Sea view.", floor=2))
    else:
        is_active = step == "open"
        colleague.client.command(ChangeRoom(hotel=hotel, room_number=room.room_number, is_active=is_active))


def change_room_types(colleague: Colleague) -> None:
    """Add, change or remove a room type."""
    hotel = colleague.hotel.slug
    types = colleague.client.rows(ListRoomTypes(hotel=hotel), lambda reply: reply.results)
    if not types:
        return
    step = colleague.pick("step", ("add", "change", "price", "remove"))
    code = colleague.pick("room type", types).code
    if step == "add":
        colleague.client.command(
            AddRoomType(hotel=hotel, code=NEW_TYPE, name="Attic", max_occupancy=1, base_price="49.00")
        )
    elif step == "remove":
        code = NEW_TYPE if colleague.chance("the new one", 0.8) else code
        colleague.client.command(RemoveRoomType(hotel=hotel, code=code))
    elif step == "price":
        price = colleague.pick("price", ("99.00", "129.00", "0.00", "12.345"))
        colleague.client.command(ChangeRoomType(hotel=hotel, code=code, base_price=price))
    else:
        colleague.client.command(ChangeRoomType(hotel=hotel, code=code, bed_setup="Two beds"))


def change_settings(colleague: Colleague) -> None:
    """Change a setting, sometimes with an old version in hand."""
    settings = colleague.client.read(GetSettings(hotel=colleague.hotel.slug))
    if settings:
        version = 0 if colleague.chance("old version", 0.1) else settings.version
        change = colleague.pick("setting", SETTINGS_CHANGES)
        command = ChangeSettings(hotel=colleague.hotel.slug, change=change)
        colleague.client.command(command, if_match=(version,))
