"""The intent of a change: what was previewed, so that the change does exactly that."""

from contracts.bookings.change_previews import ChangePreview
from contracts.bookings.stay_changes import RequestedChange
from contracts.data import Data
from contracts.rooms.stay_changes import ChangedStay, RoomAfterChange
from contracts.values import Money


class ChangeIntent(Data):
    """The requested change, the stay for the rooms service, and the total and the room that the preview showed.

    A change that is paid first has the whole `preview`.
    """

    change: RequestedChange
    stay: ChangedStay
    total: Money
    room: RoomAfterChange
    preview: ChangePreview | None = None
