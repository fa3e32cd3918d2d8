"""One row of the table of pushes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from contracts.message import Event
from services.notifier.domain.realtime_events import RealtimeEvent


@dataclass(frozen=True)
class PushRule:
    """How an event is pushed. `fields` are copied under their own names; `renamed` maps payload names to event fields.

    `by` is the event field with the actor; the display name of staff is sent on staff channels. `only_if` maps the
    name of a realtime event to an event field; the realtime event is sent only if that field is set.
    """

    event: type[Event]
    realtime_events: tuple[RealtimeEvent, ...]
    fields: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by: str | None = None
    only_if: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
