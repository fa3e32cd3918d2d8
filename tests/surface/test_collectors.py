"""Each collector shows a change of messages, settings, metrics, logs, queues or stored data."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import make_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic_settings import BaseSettings, SettingsConfigDict

from tests.surface import approved, broker, logs, messages, metrics, notices, settings, stored
from tests.surface.comparison import change, code
from tests.surface.kinds import KINDS
from tests.surface.source import Line


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_is_missing_from_an_approved_surface_is_shown(kind: str) -> None:
    surface = approved.read(kind)
    part, fact = sorted(surface)[len(surface) // 2]

    assert approved.difference(surface, surface - {(part, fact)}) == [part, f"  - {fact}"]
    assert approved.difference(surface - {(part, fact)}, surface) == [part, f"  + {fact}"]
    assert set(approved.parsed(approved.written(surface))) == surface


def test_a_field_of_a_message_that_changes_its_type_is_shown() -> None:
    before, after = make_dataclass("Before", [("nights", int)]), make_dataclass("After", [("nights", str)])

    assert change(messages.fields, {"x": before}, {"x": after}) == [
        "- .nights: integer required",
        "+ .nights: string required",
    ]


def test_a_setting_that_gets_another_prefix_or_default_is_shown() -> None:
    class Before(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="ROOMS_")
        workers: int = 10

    class After(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="ROOM_")
        workers: int | None = None

    assert change(settings.settings, [("rooms", Before)], [("rooms", After)]) == [
        "- ROOMS_WORKERS: int, default 10",
        "+ ROOM_WORKERS: int | None, default None",
    ]


def test_a_variable_that_code_reads_is_shown() -> None:
    before, after = 'os.environ.get("AMQP_URL"); x = {"A_PORT": 1}', 'os.environ["RABBIT_URL"]; x = {"A_PORT": 2}'

    assert change(settings.environment, code(before), code(after)) == [
        "- A_PORT: usually 1",
        "+ A_PORT: usually 2",
        "- names AMQP_URL",
        "- reads AMQP_URL",
        "+ reads RABBIT_URL",
    ]


def test_a_variable_that_compose_or_the_example_no_longer_needs_is_shown() -> None:
    compose = "services: {a: {environment: {X_KEY: '${X_KEY:?}'}}}"

    assert len(change(settings.compose, compose, compose.replace(":?", ":-1"))) == 4
    assert change(settings.example, "ROOM_KEY=1\n", "# ROOM_KEY=1\n") == ["- ROOM_KEY=1", "+ ROOM_KEY=1 (commented)"]


def test_a_metric_and_a_label_that_are_renamed_are_shown() -> None:
    before = '# TYPE a_waiting gauge\na_waiting{kind="SendMail"} 1.0\n'
    after = before.replace("kind", "job")

    assert change(metrics.exposed, before, after) == [
        "+ a_waiting{job}",
        "- a_waiting{kind}",
        "+ job=SendMail",
        "- kind=SendMail",
    ]
    assert len(change(metrics.exposed, before, before.replace("a_waiting", "b_waiting"))) == 6


LOGGED = """
def f(job):
    log.info("sent", key=1)
    say = log.error if late else log.warning
    event = "gave_up" if late else "failed"
    say(event, kind=job)
    later(partial(log.info, "changed", **facts))
"""


def test_a_log_line_that_is_renamed_is_shown_however_it_is_written() -> None:
    for name in ("sent", "gave_up", "failed", "changed"):
        assert change(logs.written, code(LOGGED), code(LOGGED.replace(f'"{name}"', '"other"')))
    assert change(logs.written, code(LOGGED), code(LOGGED.replace("key=1", "id=1"))) == [
        "+ info sent: id",
        "- info sent: key",
    ]
    assert change(logs.written, code(LOGGED), code(LOGGED.replace("say", "write").replace("job", "due"))) == []


def test_the_log_name_of_an_event_that_changes_is_shown() -> None:
    event = make_dataclass("RoomAdded", [("medium", str)])

    def named(name: str) -> Iterable[Line]:
        return logs.of_events({"rooms.RoomAdded.v1": event}, lambda made: f"{name}_by_{made.medium}", object())

    assert len(change(named, "room_added", "added")) == 6


def test_a_queue_an_argument_and_a_binding_that_change_are_shown() -> None:
    def declaring(name: str) -> Iterable[Line]:
        def declare(channel: Any) -> None:
            channel.exchange_declare(f"{name}.events", "topic", durable=True)
            channel.queue_declare("inbox", durable=True, arguments={"x-max-length": len(name)})
            channel.queue_bind("inbox", f"{name}.events", "#")

        return broker.topology(declare)

    assert change(declaring, "room", "rooms") == [
        "- topic durable=True",
        "+ topic durable=True",
        "- bound to room.events by '#'",
        "+ bound to rooms.events by '#'",
        "- x-max-length=4",
        "+ x-max-length=5",
    ]


def test_the_name_of_a_queue_that_code_makes_and_the_body_of_an_ask_are_shown() -> None:
    before = 'channel.queue_declare(f"rpc.reply-{x}", exclusive=True)'

    assert len(change(broker.names, code(before), code(before.replace("reply", "answer")))) == 2
    assert len(change(broker.names, code(before), code(before.replace("exclusive", "durable")))) == 2
    assert change(broker.members, {"ask": b'{"args": []}'}, {"ask": b'{"values": []}'}) == [
        "- .args: list",
        "+ .values: list",
    ]


def test_a_job_an_action_and_a_key_that_are_renamed_are_shown() -> None:
    def owing(kind: str) -> Iterable[Line]:
        payload = make_dataclass(kind, [("payment_id", str)])
        return stored.jobs("payments", [SimpleNamespace(kind=kind, payload=payload)])

    before = 'class Kind(StrEnum):\n    A = "CHECK_IN"\nowe(key=f"pursue:{x}")'

    assert len(change(owing, "Pursue", "Converge")) == 4
    assert len(change(stored.enums, code(before), code(before.replace("CHECK_IN", "ARRIVE")))) == 2
    assert change(stored.enums, code(before), code(before.replace("Kind", "Action").replace("A =", "B ="))) == []
    assert change(stored.literals, code(before), code(before.replace("pursue", "converge"))) == [
        "+ converge:{}",
        "- pursue:{}",
    ]


def test_a_column_that_is_renamed_is_shown(tmp_path: Path) -> None:
    def migrated(column: str) -> Iterable[Line]:
        folder = tmp_path / column
        (folder / "versions").mkdir(parents=True)
        (folder / "versions" / "0001_rooms.py").write_text(
            "from alembic import op\nrevision, down_revision = '0001', None\n"
            f"def upgrade():\n    op.execute('CREATE TABLE room ({column} text)')\n"
        )
        return list(stored.schema("rooms", folder))

    assert change(migrated, "number", "name") == [
        "+ CREATE TABLE room (name text)",
        "- CREATE TABLE room (number text)",
    ]


def test_a_subject_a_template_a_channel_and_an_event_that_change_are_shown(tmp_path: Path) -> None:
    def mail(subject: str) -> Iterable[Line]:
        return notices.mails(
            [SimpleNamespace(occasion="welcome", subject=subject, event=SimpleNamespace(wire_name="x"))]
        )

    def push(name: str) -> Iterable[Line]:
        return notices.pushes([("x", SimpleNamespace(name="room_added", aliases=(name,)))])

    before: dict[str, Any] = {
        "channels": {
            "a": {
                "address": "private-{hotel}",
                "servers": [{"$ref": "#/servers/pusher"}],
                "messages": {"m": {"name": "room_added", "payload": {"properties": {"id": {"type": "string"}}}}},
            }
        }
    }
    renamed, without = deepcopy(before), deepcopy(before)
    renamed["channels"]["a"]["address"] = "public-{hotel}"
    without["channels"]["a"]["messages"]["m"]["payload"]["properties"] = {}
    (tmp_path / "welcome.txt").write_text("")

    assert change(mail, "Welcome", "Hello") == ["+ subject Hello", "- subject Welcome"]
    assert len(change(push, "room-added", "added")) == 2
    assert len(change(notices.realtime, before, renamed)) == 2
    assert change(notices.realtime, before, without) == ["- .id: string"]
    assert change(notices.templates, tmp_path, tmp_path / "none") == ["- welcome.txt"]
    assert len(change(notices.subjects, code('subject = f"At {x}"'), code('subject = f"In {x}"'))) == 2
    assert change(lambda names: notices.channels(names, {}), {"hotel": "a-{hotel}"}, {"hotel": "b-{hotel}"}) == [
        "- named a-{hotel}",
        "+ named b-{hotel}",
    ]
