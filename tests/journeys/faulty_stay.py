"""A stay during which all that can fail on the way to screens and mailboxes fails, and everything it left behind."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pika
import psycopg

from chassis.messaging import event_protocol, topology
from contracts.catalogue import OWNERS
from contracts.message import Envelope
from contracts.values import from_major
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually
from sandbox.demo.search_steps import search_availability, stay_params
from sandbox.stack.stack import Stack

GUEST = {
    "first_name": "Zenobia-Planted",
    "last_name": "Quillfeather",
    "email": "zenobia.planted@guest.example",
    "phone": "+353 85 7193311",
}
PLANTED_TEXTS = {
    "special requests": "planted-wish for a cot",
    "chat, guest": "planted-chat of a guest",
    "chat, staff": "planted-chat of staff",
    "mail's text": "planted-mail of staff",
    "mail's subject": "planted-subject of staff",
    "phone call": "planted-call with the guest",
    "order's note": "planted-order without onions",
    "internal notes": "planted-note about the guest",
    "push token": "planted-fcm-token:APA91b",
    "failed password": "planted-password-9",
    "search": "planted-search-term",
}
SUCCESS = (200, 201, 202, 204)
CARD = "4242424242424242"


@dataclass
class FaultInjector:
    """Faults of the world outside, and deaths of the notifier."""

    stack: Stack
    demo: DemoContext

    def push(self, mode: str, *, times: int = 1, **more: Any) -> None:
        """The push provider fails so many calls."""
        self._fault(self.demo.addresses.pusher, {"mode": mode, "times": times, **more})

    def mail(self, mode: str, *, times: int = 1) -> None:
        """The mail server fails so many mails."""
        self._fault(self.demo.addresses.mailbox, {"mode": mode, "times": times})

    def kill_the_notifier(self) -> None:
        """Without a warning. It is started again."""
        self.stack.supervisor.kill("notifier")

    def over(self) -> None:
        """Nothing fails any more."""
        for address in (self.demo.addresses.pusher, self.demo.addresses.mailbox):
            httpx.delete(f"{address}/_control/faults", trust_env=False).raise_for_status()

    def _fault(self, address: str, body: Mapping[str, Any]) -> None:
        httpx.post(f"{address}/_control/faults", json=body, trust_env=False).raise_for_status()


@dataclass
class EventRecorder:
    """A queue that gets a copy of every event that any service publishes. It stays on the broker, the tests' own."""

    amqp_url: str
    queue: str
    bodies: list[tuple[bytes, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def listening(cls, amqp_url: str) -> "EventRecorder":
        """Listening from now on."""
        with open_channel(amqp_url) as channel:
            queue = channel.queue_declare(f"spy-{uuid4()}").method.queue
            for owner in OWNERS:
                channel.queue_bind(queue, topology.exchange(owner), "#")
        return cls(amqp_url, queue)

    def envelopes(self) -> list[Envelope]:
        """All events so far, as they came."""
        with open_channel(self.amqp_url) as channel:
            self.bodies += read_queue(channel, self.queue)
        return [event_protocol.read_envelope(body) for body, _ in self.bodies]


@dataclass
class FaultyStay:
    """A stay that is over. `planted` is what must have come nowhere, by what it is."""

    booked: DemoBooking
    room: str
    planted: dict[str, str]
    recorder: EventRecorder

    def facts(self) -> list[Envelope]:
        """The booking's own facts as they were published, by number."""
        envelopes = {each.id: each for each in self.recorder.envelopes() if each.subject == self.booked.id}
        return sorted(
            (each for each in envelopes.values() if each.source == "bookings"), key=lambda each: each.sequence
        )


@contextmanager
def open_channel(amqp_url: str) -> Iterator[Any]:
    """A channel of a connection of its own."""
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        yield connection.channel()


def read_queue(channel: Any, queue: str, *, keep: bool = False) -> list[tuple[bytes, dict[str, Any]]]:
    """Bodies and headers of the messages in a queue. With `keep`, closing the channel requeues them."""
    messages: list[tuple[bytes, dict[str, Any]]] = []
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=not keep)
        if method is None:
            return messages
        messages.append((body, dict(properties.headers or {})))


def run_faulty_stay(stack: Stack, demo: DemoContext, today: date, recorder: EventRecorder) -> FaultyStay:
    """Book, pay, stay, talk, order, leave; with trouble all the way."""
    faults = FaultInjector(stack, demo)
    manager, visitor = demo.staff("manager"), demo.visitor()
    try:
        faults.push("fail_before", status=503, times=2)
        faults.mail("tempfail", times=2)
        stay = stay_params(search_availability(demo, check_in=today, nights=1)["room_type_code"], check_in=today)
        order = {**stay, "guest": GUEST, "special_requests": PLANTED_TEXTS["special requests"]}
        result = visitor.call("POST", f"{demo.public_path}/room-bookings/", status=SUCCESS, body=order).body
        booked = DemoBooking(
            demo=demo, guest=demo.visitor().with_token(result["guest_token"]), id=result["booking_id"],
            email=GUEST["email"], phone=GUEST["phone"], first_name=GUEST["first_name"],
            total=from_major(result["total_amount"], result["currency"]),
        )  # fmt: skip
        guest, desk = booked.guest, booked.staff_path
        page = guest.call("POST", f"{booked.path}/payment/session/", status=SUCCESS).body["payment_url"]
        demo.stripe.pay(page, card=CARD)
        booked.wait_for_status("PENDING_APPROVAL")
        faults.kill_the_notifier()
        manager.call("POST", f"{desk}/approve/", status=SUCCESS)
        booked.wait_for_status("CONFIRMED")
        faults.push("fail_after", status=500, times=2)
        [room, *_] = manager.call("GET", f"{desk}/available-rooms/").body["available_rooms"]
        number = str(room["room_number"])
        manager.call("POST", f"{desk}/assign-room/", body={"room_number": number})
        actual = manager.call("POST", f"{desk}/check-in/").body and booked.wait_for_status("IN_HOUSE")
        faults.push("drop_connection", times=2)
        send_messages_and_orders(booked, faults)
        demo.visitor().call("GET", "/api/bookings/lookup/", params={"email": GUEST["email"]})
        manager.call("GET", f"{demo.staff_path}/room-bookings/", params={"search": PLANTED_TEXTS["search"]})
        wrong = {"email": GUEST["email"], "password": PLANTED_TEXTS["failed password"]}
        visitor.expect_refusal("POST", "/api/staff/login/", status=401, code="INVALID_CREDENTIALS", body=wrong)
        cause_database_error(stack, demo, order)
        manager.call("POST", f"{desk}/check-out/")
        booked.wait_for_status("COMPLETED")
        for action, body in (("start-cleaning", {}), ("mark-cleaned", {}), ("inspect", {"passed": True})):
            demo.staff("housekeeping_supervisor").call("POST", f"{demo.staff_path}/rooms/{number}/{action}/", body=body)
    finally:
        faults.over()
    planted = GUEST | PLANTED_TEXTS | {
        "guest token": result["guest_token"],
        "staff token": manager.token or "",
        "staff password": demo.addresses.account(demo.hotel, "manager").password,
        "Wi-Fi password": actual["wifi"]["password"],
        "PIN": f'"{actual["room_pin"]}"',
        "PIN in a line": f"pin={actual['room_pin']}",
        "card": CARD,
        "card's last digits": f'"{CARD[-4:]}"',
        "webhook secret": stack.stack_json["stripe"]["webhook_secret"],
        "push secret": stack.stack_json["pusher"]["secret"],
    }  # fmt: skip
    return FaultyStay(booked, number, planted, recorder)


def send_messages_and_orders(booked: DemoBooking, faults: FaultInjector) -> None:
    """All that a guest in house and staff may write, with a death of the notifier in the middle of it."""
    guest, desk, staff = booked.guest, booked.staff_path, booked.demo.staff("manager")
    for who, path, side in ((guest, booked.path, "guest"), (staff, desk, "staff")):
        who.call("POST", f"{path}/chat/messages/", status=SUCCESS, body={"text": PLANTED_TEXTS[f"chat, {side}"]})
    faults.kill_the_notifier()
    letter = {
        "communication_type": "EMAIL",
        "subject": PLANTED_TEXTS["mail's subject"],
        "message": PLANTED_TEXTS["mail's text"],
    }
    staff.call("POST", f"{desk}/communications/", status=SUCCESS, body=letter)
    call = {"communication_type": "PHONE", "message": PLANTED_TEXTS["phone call"]}
    staff.call("POST", f"{desk}/communications/", status=SUCCESS, body=call)
    staff.call("PATCH", f"{desk}/", body={"internal_notes": PLANTED_TEXTS["internal notes"]})
    guest.call("POST", f"{booked.path}/push-token/", status=SUCCESS, body={"token": PLANTED_TEXTS["push token"]})
    soup = {"name": "Soup", "category": "Food", "price": "6.50"}
    item = staff.call("POST", f"{booked.demo.staff_path}/menu/", status=SUCCESS, body=soup).body
    expected = {"items": [{"item_id": item["id"], "quantity": 1}], "note": PLANTED_TEXTS["order's note"]}
    order = guest.call("POST", f"{booked.path}/orders/", status=SUCCESS, body=expected).body
    for action in ("accept", "complete"):
        staff.call("POST", f"{booked.demo.staff_path}/orders/{order['id']}/{action}/")


def cause_database_error(stack: Stack, demo: DemoContext, order: Mapping[str, Any]) -> None:
    """Makes PostgreSQL refuse a booking's row full of private texts, so that bookings logs the error."""
    with psycopg.connect(owner_url(stack, "bookings"), autocommit=True) as connection:
        connection.execute(f"ALTER TABLE guest ADD CONSTRAINT planted CHECK (email <> '{GUEST['email']}') NOT VALID")
        try:
            answer = demo.visitor().send("POST", f"{demo.public_path}/room-bookings/", body=order)
        finally:
            connection.execute("ALTER TABLE guest DROP CONSTRAINT planted")
    assert answer.status >= 500, answer
    assert not any(value in str(answer.body) for value in GUEST.values())


def owner_url(stack: Stack, name: str) -> str:
    """The URL of a database of the stack for the owner of its schema."""
    return stack.postgres.create_database(name).owner  # which exists, so that nothing is created


def collect_outputs(stack: Stack, stay: FaultyStay) -> dict[str, str]:
    """All outputs of the stay outside the database tables, by place."""
    stay.recorder.envelopes()
    databases: Mapping[str, str] = stack.stack_json["databases"]
    parked = []
    for service in OWNERS:
        with open_channel(stack.rabbit.amqp_url) as channel:
            parked += read_queue(channel, topology.dead_letters(service), keep=True)
    logs = {path.stem: path.read_text("utf-8", "replace") for path in (stack.directory / "logs").glob("*.log")}
    stand_ins = ("stripe", "pusher", "mailbox")
    return {
        "channels": json.dumps(stay.booked.demo.push.events()),
        "events": str(stay.recorder.bodies),
        "dead letters": str(parked),
        **{f"{name}'s outbox": rows(databases[name], "outbox") for name in OWNERS},
        **{f"{name}'s jobs": rows(databases[name], "job") for name in ("payments", "notifier")},
        "notices": rows(databases["notifier"], "notice"),
        **{f"{name}'s log": text for name, text in logs.items() if name not in stand_ins},
    }


def rows(database_url: str, table: str) -> str:
    """A table, as text."""
    with psycopg.connect(database_url) as connection:
        return "\n".join(row[0] for row in connection.execute(f"SELECT to_jsonb(t)::text FROM {table} t"))


def leaks(places: Mapping[str, str], planted: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each planted text that stands in a place, with the place."""
    return [(what, place) for place, text in places.items() for what, value in planted.items() if value in text]


def completed_faulty_stay(stack: Stack, demo: DemoContext, today: date) -> FaultyStay:
    """The stay, once everything about it has gone out."""
    stay = run_faulty_stay(stack, demo, today, EventRecorder.listening(stack.rabbit.amqp_url))
    databases = stack.stack_json["databases"]
    eventually(
        "every push and mail is out",
        lambda: pending_notices(databases, stay),
        holds=lambda actual: not actual,
        within=60,
    )
    return stay


def pending_notices(databases: Mapping[str, str], stay: FaultyStay) -> list[Any]:
    """The events that the notifier has not applied and the jobs that it has not done."""
    numbers: dict[str, dict[str, int]] = {}
    for owner in OWNERS:
        with psycopg.connect(databases[owner]) as connection:
            result = connection.execute("SELECT subject, max(sequence) FROM outbox GROUP BY subject").fetchall()
        numbers[owner] = dict(result)
    with psycopg.connect(databases["notifier"]) as connection:
        positions = {
            tuple(row[:2]): row[2] for row in connection.execute("SELECT source, subject, last FROM inbox_position")
        }
        jobs = connection.execute(
            "SELECT kind, last_error FROM job WHERE done_at IS NULL AND gave_up_at IS NULL"
        ).fetchall()
    about = (stay.booked.id, f"{stay.booked.demo.hotel}/{stay.room}")
    unapplied = [
        (owner, subject, last)
        for owner, result in numbers.items()
        for subject, last in result.items()
        if subject in about and positions.get((owner, subject), 0) < last
    ]
    return [*unapplied, *jobs]
