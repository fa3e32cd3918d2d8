"""Changes of a booked stay that wait for their payment: the added nights are held, and then given to the booking."""

from contracts.message import Command
from contracts.rooms.assignments import RoomAction
from contracts.rooms.stay_changes import ChangedStay, RoomAfterChange, StayChangedReply
from contracts.values import Money


class HoldStayChange(RoomAction, Command[StayChangedReply]):
    """Hold the added nights of a change that waits for its payment, under the id of the change, all or nothing.

    The `action_id` is that id. The booking keeps its nights and its room; where the offer keeps the room, the room is
    held for the added nights, too. Any earlier change of the booking that waits is replaced, and its nights are given
    back. `ReleaseInventory` gives the nights of a change back. A repetition changes nothing. Refused as `ChangeStay`.
    """

    stay: ChangedStay
    total: Money
    room: RoomAfterChange


class ApplyStayChange(RoomAction, Command[StayChangedReply]):
    """Give the booking the stay that `HoldStayChange` has held: this is possible while the nights are held.

    The offer is the one that was held. Its `room` is the room as it turns out: a room that was assigned meanwhile is
    kept only where it has the booked type and is free. A repetition with the same `action_id` changes nothing. Refused
    `NOTHING_HELD`.
    """

    change_id: str
