"""The base classes of messages: an event reports a change, a command requests a change, a query requests data."""

from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from contracts.data import Data

Reply = TypeVar("Reply")


class Message(Data):
    """Plain data with a stable wire name. The service whose contracts package holds the class owns the message."""

    owner: ClassVar[str] = ""
    version: ClassVar[int] = 1
    wire_name: ClassVar[str] = ""
    concrete: ClassVar[bool] = False

    def __init_subclass__(cls, *, version: int = 1, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        parts = cls.__module__.split(".")
        cls.owner = parts[1] if parts[0] == "contracts" and parts[-1] != "message" else ""
        cls.version = version
        cls.concrete = not abstract
        cls.wire_name = f"{cls.owner}.{cls.__name__}.v{version}"


class Event(Message):
    """A change that has happened; published after the commit. Holds no personal data and no secret."""

    @property
    def subject(self) -> str:
        """The key of the entity that the event is about. Events are ordered and numbered per subject."""
        raise LookupError(f"{type(self).__name__} names no subject")


class Ask(Message, Generic[Reply]):
    """A request whose sender waits for the reply. May carry personal data; expires at the sender's deadline.

    `answered_within` is the deadline, in seconds from the sending, where the sender names no other.
    """

    answered_within: ClassVar[float] = 5.0


class Command(Ask[Reply]):
    """A request to the service that owns the message, to change data."""


class Query(Ask[Reply]):
    """A request for data to the service that owns the message; changes nothing."""


class Nothing(Data):
    """The reply of a command without a result."""


def reply_type(ask: type[Ask[Any]]) -> Any:
    """The reply type of this command or query. Raises `TypeError` for a class that declares no reply type."""
    for ancestor in ask.__mro__:
        for base in ancestor.__dict__.get("__orig_bases__", ()):
            origin = get_origin(base)
            if isinstance(origin, type) and issubclass(origin, Ask):
                return get_args(base)[0]
    raise TypeError(f"{ask.__name__} does not say what it is answered with")


class Envelope(Data):
    """An event on the wire: CloudEvents 1.0 attributes and the event's own data.

    `sequence` counts 1, 2, 3 … per (source, subject). `time` is the domain's time of the event, UTC.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    sequence: int
    hotel: str
    data: dict[str, Any]
    dataschema: str
    traceparent: str = ""
    correlationid: str = ""
    causationid: str = ""
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
