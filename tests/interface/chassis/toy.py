"""A toy service on the real chassis: it notes the events that it applies, answers slowly, and fails on demand."""

if __name__ == "__main__":  # as in production: the patch comes before everything else
    from chassis.hosting.run import run

import hashlib
import os
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from chassis.service import Job, Service, converses, every, handles, on
from chassis.settings import ServiceSettings, prefixed
from chassis.transactions.conversation import Conversation, KeyedConversation
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.data import Data
from contracts.message import Nothing
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.rooms import GetRoomHistory, RoomHistory

EFFECT = """
    CREATE TABLE effect (
        booking_id text, sequence int, note text, pid int DEFAULT 0, at timestamptz DEFAULT clock_timestamp()
    )
"""


class ToySettings(ServiceSettings):
    """The settings of the toy service."""

    model_config = prefixed("toy")


def note(event: BookingAmended, work: Work) -> None:
    what = event.fields[0]
    if what == "poison":
        raise ValueError("poison")
    assert work.cause
    work.connection.execute(
        sa.text("INSERT INTO effect (booking_id, sequence, note, pid) VALUES (:b, :s, :n, :p)"),
        {"b": event.booking_id, "s": work.cause.sequence, "n": what, "p": os.getpid()},
    )
    if what == "wait":
        time.sleep(0.02)
    if what == "compute":
        hashlib.pbkdf2_hmac("sha256", b"", b"", 20_000)  # some 5 ms of CPU time
    if what == "job":
        work.enqueue(WriteOnce(booking_id=event.booking_id), key=f"write:{event.booking_id}")
    if what == "stuck":
        time.sleep(600)
    if what == "slow":
        work.connection.execute(sa.text("SELECT pg_sleep(1)"))
    if what == "two seconds":
        time.sleep(2)
    if what == "die-once":
        marker = os.environ["TOY_MARKER"]
        if not os.path.exists(marker):
            open(marker, "w").close()
            work.after_commit.append(lambda: os._exit(9))


def sleep(query: GetRoomHistory, work: Work) -> RoomHistory:
    work.connection.execute(sa.text("SELECT pg_sleep(:s)"), {"s": float(query.room_number)})
    return RoomHistory(room_number=query.room_number, changes=())


def count(command: ReleaseInventory, work: Work) -> Nothing:
    if command.booking_id == "refuse":
        raise Refusal("NO", "Not this one.")
    work.connection.execute(
        sa.text("INSERT INTO effect (booking_id, sequence, note) VALUES (:b, 0, 'ask')"), {"b": command.booking_id}
    )
    work.connection.execute(sa.text("SELECT pg_sleep(0.3)"))
    return Nothing()


def take_back(command: TakeRoomBack, conversation: KeyedConversation[Work]) -> Nothing:
    with conversation.reading() as work:
        work.connection.execute(sa.text("SELECT pg_sleep(0.5)"))
    with conversation.transaction() as work:
        work.connection.execute(
            sa.text("INSERT INTO effect (booking_id, sequence, note) VALUES (:b, 0, 'ask')"), {"b": command.booking_id}
        )
        return conversation.finish(work, Nothing())


class WriteOnce(Data):
    """A job whose first run never ends. In order per booking, or as the test has asked for."""

    booking_id: str

    @property
    def order_key(self) -> str:
        return os.environ.get("TOY_ORDER_KEY", self.booking_id)


def stuck_the_first_time(name: str) -> None:
    """Never return in the first call, which leaves a marker."""
    marker = f"{os.environ['TOY_MARKER']}.{name}"
    if not os.path.exists(marker):
        open(marker, "w").close()
        time.sleep(600)


def write_once(payloads: Sequence[WriteOnce], _: Conversation[Work]) -> list[None]:
    stuck_the_first_time("job")
    return [None for _ in payloads]


def written(payload: WriteOnce, _: None, work: Work) -> None:
    write_effect(work, payload.booking_id, "job done")


def tick(work: Work) -> bool:
    """Write the effect of each run, where the test has asked for a timer."""
    if os.path.exists(f"{os.environ['TOY_MARKER']}.ticking"):
        stuck_the_first_time("timer")
        write_effect(work, "-", "timer done")
    return False


def write_effect(work: Work, booking_id: str, note: str) -> None:
    statement = sa.text("INSERT INTO effect (booking_id, sequence, note) VALUES (:b, 0, :n)")
    work.connection.execute(statement, {"b": booking_id, "n": note})


TOY = Service(
    name="rooms",
    settings=ToySettings,
    work=Work,
    dependencies=lambda _: None,
    asks=[handles(GetRoomHistory, sleep), handles(ReleaseInventory, count), converses(TakeRoomBack, take_back)],
    events=[on(BookingAmended, note)],
    timers=[every(0.5, tick)],
    jobs=[Job(WriteOnce, write_once, on_success=written)],
)

if __name__ == "__main__":
    if os.environ.get("TOY_WITHOUT_LEASES"):
        from chassis.hosting import partition_consumers
        from chassis.messaging import partition_leases

        partition_leases.Distribution.of = lambda self, _: sorted(self.partitions)  # type: ignore[assignment,method-assign]
        partition_leases.Distribution.share = lambda self, _: len(self.partitions)  # type: ignore[assignment,method-assign]
        partition_consumers.PartitionConsumers._is_free = lambda *_: True  # type: ignore[method-assign]
        partition_consumers.PartitionConsumers._another_waits = lambda *_: False  # type: ignore[method-assign]
    if os.environ.get("TOY_ANSWERS_FOR_ITSELF"):
        from chassis.hosting import event_consumer

        event_consumer.other_processes = lambda *_: []  # type: ignore[attr-defined]
    if os.environ.get("TOY_HANDS_NOTHING_OVER"):
        from chassis.hosting.ask_consumer import AskConsumer

        AskConsumer._hand_over = lambda _, channel, method, *__: channel.basic_ack(method.delivery_tag)  # type: ignore[method-assign]
    if seconds := os.environ.get("TOY_COMPANY"):
        from chassis.hosting import gathering

        gathering.COMPANY = float(seconds)
    if os.environ.get("TOY_ACKNOWLEDGES_AT_ONCE"):
        from chassis.hosting.event_consumer import EventConsumer

        receive = EventConsumer._received

        def acknowledge_and_receive(self: EventConsumer, partition: int, method: Any, *message: Any) -> None:
            receive(self, partition, method, *message)
            if self.channel and not self.unacknowledged:
                self.channel.basic_ack(method.delivery_tag)

        EventConsumer._received = acknowledge_and_receive  # type: ignore[assignment,method-assign]
    if os.environ.get("TOY_TRUSTS_THE_BROKER"):
        from chassis.hosting import consumer

        consumer.require_exchange_type = lambda *_, **__: None  # type: ignore[attr-defined]
    run(TOY)
