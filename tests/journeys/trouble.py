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
from sandbox.demo.booking_steps import Booked
from sandbox.demo.expecting import eventually
from sandbox.demo.looking_steps import look_for_a_room, stay_of
from sandbox.demo.world import World
from sandbox.stack import Stack

GUEST = {
    "first_name": "Zenobia-Planted",
    "last_name": "Quillfeather",
    "email": "zenobia.planted@guest.example",
    "phone": "+353 85 7193311",
}
WRITTEN = {
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
WELL = (200, 201, 202, 204)
CARD = "4242424242424242"


@dataclass
class Trouble:
    """Faults of the world outside, and deaths of the notifier."""

    stack: Stack
    world: World

    def push(self, mode: str, *, times: int = 1, **more: Any) -> None:
        """The push provider fails so many calls."""
        self._fault(self.world.addresses.pusher, {"mode": mode, "times": times, **more})

    def mail(self, mode: str, *, times: int = 1) -> None:
        """The mail server fails so many mails."""
        self._fault(self.world.addresses.mailbox, {"mode": mode, "times": times})

    def kill_the_notifier(self) -> None:
        """Without a warning. It is started again."""
        self.stack.supervisor.kill("notifier")

    def over(self) -> None:
        """Nothing fails any more."""
        for address in (self.world.addresses.pusher, self.world.addresses.mailbox):
            httpx.delete(f"{address}/_control/faults", trust_env=False).raise_for_status()

    def _fault(self, address: str, body: Mapping[str, Any]) -> None:
        httpx.post(f"{address}/_control/faults", json=body, trust_env=False).raise_for_status()


@dataclass
class Spy:
    """A queue that gets a copy of every event that any service publishes. It stays on the broker, the tests' own."""

    amqp_url: str
    queue: str
    bodies: list[tuple[bytes, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def listening(cls, amqp_url: str) -> "Spy":
        """Listening from now on."""
        with opened(amqp_url) as channel:
            queue = channel.queue_declare(f"spy-{uuid4()}").method.queue
            for owner in OWNERS:
                channel.queue_bind(queue, topology.exchange(owner), "#")
        return cls(amqp_url, queue)

    def envelopes(self) -> list[Envelope]:
        """All events so far, as they came."""
        with opened(self.amqp_url) as channel:
            self.bodies += drained(channel, self.queue)
        return [event_protocol.read_envelope(body) for body, _ in self.bodies]


@dataclass
class Stay:
    """A stay that is over. `planted` is what must have come nowhere, by what it is."""

    booked: Booked
    room: str
    planted: dict[str, str]
    spy: Spy

    def facts(self) -> list[Envelope]:
        """The booking's own facts as they were published, by number."""
        found = {each.id: each for each in self.spy.envelopes() if each.subject == self.booked.id}
        return sorted((each for each in found.values() if each.source == "bookings"), key=lambda each: each.sequence)


@contextmanager
def opened(amqp_url: str) -> Iterator[Any]:
    """A channel of a connection of its own."""
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        yield connection.channel()


def drained(channel: Any, queue: str, *, keep: bool = False) -> list[tuple[bytes, dict[str, Any]]]:
    """What lies in a queue: bodies and headers. To `keep` it there, the channel must be closed afterwards."""
    found = []
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=not keep)
        if method is None:
            return found
        found.append((body, dict(properties.headers or {})))


def live_through(stack: Stack, world: World, today: date, spy: Spy) -> Stay:
    """Book, pay, stay, talk, order, leave; with trouble all the way."""
    trouble = Trouble(stack, world)
    manager, visitor = world.staff("manager"), world.visitor()
    try:
        trouble.push("fail_before", status=503, times=2)
        trouble.mail("tempfail", times=2)
        stay = stay_of(look_for_a_room(world, check_in=today, nights=1)["room_type_code"], check_in=today)
        order = {**stay, "guest": GUEST, "special_requests": WRITTEN["special requests"]}
        told = visitor.ask("POST", f"{world.public}/room-bookings/", status=WELL, body=order).body
        booked = Booked(
            world=world, guest=world.visitor().known_by(told["guest_token"]), id=told["booking_id"],
            email=GUEST["email"], phone=GUEST["phone"], first_name=GUEST["first_name"],
            total=told["total_amount"], currency=told["currency"],
        )  # fmt: skip
        guest, desk = booked.guest, booked.desk_path
        page = guest.ask("POST", f"{booked.path}/payment/session/", status=WELL).body["payment_url"]
        world.stripe.pay(page, card=CARD)
        booked.becomes("PENDING_APPROVAL")
        trouble.kill_the_notifier()
        manager.ask("POST", f"{desk}/approve/", status=WELL)
        booked.becomes("CONFIRMED")
        trouble.push("fail_after", status=500, times=2)
        [room, *_] = manager.ask("GET", f"{desk}/available-rooms/").body["available_rooms"]
        number = str(room["room_number"])
        manager.ask("POST", f"{desk}/assign-room/", body={"room_number": number})
        seen = manager.ask("POST", f"{desk}/check-in/").body and booked.becomes("IN_HOUSE")
        trouble.push("drop_connection", times=2)
        talk_and_order(booked, trouble)
        world.visitor().ask("GET", "/api/bookings/lookup/", params={"email": GUEST["email"]})
        manager.ask("GET", f"{world.desk}/room-bookings/", params={"search": WRITTEN["search"]})
        wrong = {"email": GUEST["email"], "password": WRITTEN["failed password"]}
        visitor.refused("POST", "/api/staff/login/", status=401, code="INVALID_CREDENTIALS", body=wrong)
        refused_by_the_database(stack, world, order)
        manager.ask("POST", f"{desk}/check-out/")
        booked.becomes("COMPLETED")
        for action, body in (("start-cleaning", {}), ("mark-cleaned", {}), ("inspect", {"passed": True})):
            world.staff("housekeeping_supervisor").ask("POST", f"{world.desk}/rooms/{number}/{action}/", body=body)
    finally:
        trouble.over()
    planted = GUEST | WRITTEN | {
        "guest token": told["guest_token"],
        "staff token": manager.token or "",
        "staff password": world.addresses.account(world.hotel, "manager").password,
        "Wi-Fi password": seen["wifi"]["password"],
        "PIN": f'"{seen["room_pin"]}"',
        "PIN in a line": f"pin={seen['room_pin']}",
        "card": CARD,
        "card's last digits": f'"{CARD[-4:]}"',
        "webhook secret": stack.stack_json["stripe"]["webhook_secret"],
        "push secret": stack.stack_json["pusher"]["secret"],
    }  # fmt: skip
    return Stay(booked, number, planted, spy)


def talk_and_order(booked: Booked, trouble: Trouble) -> None:
    """All that a guest in house and staff may write, with a death of the notifier in the middle of it."""
    guest, desk, staff = booked.guest, booked.desk_path, booked.world.staff("manager")
    for who, path, side in ((guest, booked.path, "guest"), (staff, desk, "staff")):
        who.ask("POST", f"{path}/chat/messages/", status=WELL, body={"text": WRITTEN[f"chat, {side}"]})
    trouble.kill_the_notifier()
    letter = {"communication_type": "EMAIL", "subject": WRITTEN["mail's subject"], "message": WRITTEN["mail's text"]}
    staff.ask("POST", f"{desk}/communications/", status=WELL, body=letter)
    call = {"communication_type": "PHONE", "message": WRITTEN["phone call"]}
    staff.ask("POST", f"{desk}/communications/", status=WELL, body=call)
    staff.ask("PATCH", f"{desk}/", body={"internal_notes": WRITTEN["internal notes"]})
    guest.ask("POST", f"{booked.path}/push-token/", status=WELL, body={"token": WRITTEN["push token"]})
    soup = {"name": "Soup", "category": "Food", "price": "6.50"}
    item = staff.ask("POST", f"{booked.world.desk}/menu/", status=WELL, body=soup).body
    wanted = {"items": [{"item_id": item["id"], "quantity": 1}], "note": WRITTEN["order's note"]}
    order = guest.ask("POST", f"{booked.path}/orders/", status=WELL, body=wanted).body
    for action in ("accept", "complete"):
        staff.ask("POST", f"{booked.world.desk}/orders/{order['id']}/{action}/")


def refused_by_the_database(stack: Stack, world: World, order: Mapping[str, Any]) -> None:
    """A row full of what is private that PostgreSQL does not take: an accident, and how it is told of."""
    with psycopg.connect(stack.stack_json["databases"]["bookings"], autocommit=True) as connection:
        connection.execute(f"ALTER TABLE guest ADD CONSTRAINT planted CHECK (email <> '{GUEST['email']}') NOT VALID")
        try:
            answer = world.visitor().send("POST", f"{world.public}/room-bookings/", body=order)
        finally:
            connection.execute("ALTER TABLE guest DROP CONSTRAINT planted")
    assert answer.status >= 500, answer
    assert not any(value in str(answer.body) for value in GUEST.values())


def left_behind(stack: Stack, stay: Stay) -> dict[str, str]:
    """All that was said and kept of it outside the databases' own tables, by place."""
    stay.spy.envelopes()
    databases: Mapping[str, str] = stack.stack_json["databases"]
    parked = []
    for service in OWNERS:
        with opened(stack.stack_json["amqp"]) as channel:
            parked += drained(channel, topology.dead_letters(service), keep=True)
    logs = {path.stem: path.read_text("utf-8", "replace") for path in (stack.directory / "logs").glob("*.log")}
    stand_ins = ("stripe", "pusher", "mailbox")
    return {
        "channels": json.dumps(stay.booked.world.push.told()),
        "events": str(stay.spy.bodies),
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


def found_in(places: Mapping[str, str], planted: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was found, and where."""
    return [(what, place) for place, text in places.items() for what, value in planted.items() if value in text]


def lived(stack: Stack, world: World, today: date) -> Stay:
    """The stay, once everything about it has gone out."""
    stay = live_through(stack, world, today, Spy.listening(stack.stack_json["amqp"]))
    databases = stack.stack_json["databases"]
    eventually(
        "every push and mail is out",
        lambda: still_to_come(databases, stay),
        holds=lambda seen: not seen,
        within=60,
    )
    return stay


def still_to_come(databases: Mapping[str, str], stay: Stay) -> list[Any]:
    """What the notifier has not heard of yet, or owes."""
    numbers: dict[str, dict[str, int]] = {}
    for owner in OWNERS:
        with psycopg.connect(databases[owner]) as connection:
            told = connection.execute("SELECT subject, max(sequence) FROM outbox GROUP BY subject").fetchall()
        numbers[owner] = dict(told)
    with psycopg.connect(databases["notifier"]) as connection:
        heard = {
            tuple(row[:2]): row[2] for row in connection.execute("SELECT source, subject, last FROM inbox_position")
        }
        owed = connection.execute(
            "SELECT kind, last_error FROM job WHERE done_at IS NULL AND gave_up_at IS NULL"
        ).fetchall()
    about = (stay.booked.id, f"{stay.booked.world.hotel}/{stay.room}")
    unheard = [
        (owner, subject, last)
        for owner, told in numbers.items()
        for subject, last in told.items()
        if subject in about and heard.get((owner, subject), 0) < last
    ]
    return [*unheard, *owed]
