"""Stores the state of the stand-in on disk, so that a restart forgets nothing that a client was told.

Stored: all objects, events, the journal, idempotency keys with their responses, the clock, behaviour settings, and
which events wait to be sent. Not stored, because only a test that is running relies on them: faults, drops and the
settings of webhook delivery, and the logs of requests, deliveries and violations.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.records import Change, NotStored, Records
from sandbox.stripe import intents, refunds, sessions
from sandbox.stripe.idempotency import key_use, key_use_as_json
from sandbox.stripe.journal import JournalEntry
from sandbox.stripe.store import Json, StripeStore
from sandbox.stripe.tracked import TrackedDict

if TYPE_CHECKING:
    from sandbox.stripe.app_state import StripeAppState

_COLLECTIONS = (
    "sessions", "line_items", "intents", "charges", "refunds", "disputes", "events", "products", "prices",
    "payment_methods", "payment_intent_data", "intent_of_session", "session_of_intent", "refused_captures",
    "refund_ends", "sent_events",
)  # fmt: skip
_OBJECTS = {
    "checkout.session": "sessions", "payment_intent": "intents", "charge": "charges", "refund": "refunds",
    "dispute": "disputes",
}  # fmt: skip
_log = logging.getLogger(__name__)


class DurableState:
    """The stored state of a stand-in; `attach` loads it, and `commit` stores what has changed since."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._stored: dict[tuple[str, str], int] = {}
        self._failing = False

    def clear(self) -> None:
        """Remove everything that is stored."""
        self._records.clear()
        self._stored.clear()

    def attach(self, state: StripeAppState) -> None:
        """Load the stored state into a new store, with its deadlines and with the events that wait to be sent."""
        self._state = state
        store = state.store
        for name in _COLLECTIONS:
            setattr(store, name, self._load(name))
        state.keys.uses = TrackedDict({key: key_use(value) for key, value in self._load("keys").items()})
        for entry in self._load("journal").values():
            store.journal.append(JournalEntry(**entry))
        single = self._load("single")
        store.clock.offset = single.get("clock", 0)
        for name, value in single.get("settings", {}).items():
            setattr(store.settings, name, value)
        store.changed = self._changed
        _renew_urls(store, state.config.public_url)
        _set_deadlines(store)
        state.webhooks.before_sending, state.webhooks.finished = self.commit, self._finished
        for event in list(store.events.values()):
            if event["id"] not in store.sent_events:
                state.webhooks.send(event)

    def commit(self) -> None:
        """Store every change, all or none. Raises NotStored; the changes are then stored by a later commit."""
        changes = [change for change in self._candidates() if self._stored.get(change[:2]) != hash(change[2])]
        if changes:
            try:
                self._records.write(changes)
            except NotStored as error:
                if not self._failing:
                    _log.error("the state cannot be stored: %s. Requests fail until it can.", error)
                self._failing = True
                raise
            self._failing = False
            self._stored.update(((collection, key), hash(text)) for collection, key, text in changes)
        for collection in self._tracked().values():
            collection.touched.clear()

    def _load(self, collection: str) -> TrackedDict[Any]:
        values = self._records.read(collection)
        self._stored.update(((collection, key), hash(json.dumps(value))) for key, value in values.items())
        return TrackedDict(values)

    def _candidates(self) -> Iterator[Change]:
        """Everything that may have changed since the last commit, as it is now."""
        for name, collection in self._tracked().items():
            for key in collection.touched:
                value = collection.untracked(key)
                if name == "keys":
                    value = value and key_use_as_json(value)
                yield name, key, None if value is None else json.dumps(value)
        store = self._state.store
        for entry in store.journal.entries_after(self._journal_length()):
            yield "journal", str(entry["sequence"]), json.dumps(entry)
        yield "single", "clock", json.dumps(store.clock.offset)
        yield "single", "settings", json.dumps(asdict(store.settings))

    def _tracked(self) -> dict[str, TrackedDict[Any]]:
        store = self._state.store
        return {name: getattr(store, name) for name in _COLLECTIONS} | {"keys": self._state.keys.uses}

    def _journal_length(self) -> int:
        length = len(self._state.store.journal)
        while length and ("journal", str(length)) not in self._stored:
            length -= 1
        return length

    def _changed(self, subject: Json) -> None:
        """Note an object that a deadline changes without looking it up."""
        if name := _OBJECTS.get(subject["object"]):
            getattr(self._state.store, name).touch(subject["id"])

    def _finished(self, event: Json) -> None:
        store = self._state.store
        if event["id"] in store.events:
            store.sent_events[event["id"]] = True
            store.events[event["id"]] = event


def _renew_urls(store: StripeStore, public_url: str) -> None:
    """The pages of open sessions are at this server's present address."""
    for session in store.sessions.values():
        if session["url"]:
            session["url"] = f"{public_url}/c/pay/{session['id']}"


def _set_deadlines(store: StripeStore) -> None:
    for session in store.sessions.values():
        if session["status"] == "open":
            store.clock.call_at(session["expires_at"], partial(sessions.expire_if_open, store, session))
    for intent in store.intents.values():
        if intent["status"] == "requires_capture":
            card = store.charges[intent["latest_charge"]]["payment_method_details"]["card"]
            store.clock.call_at(card["capture_before"], partial(intents.expire_hold, store, intent))
    for refund_id, (status, moment) in store.refund_ends.items():
        store.clock.call_at(moment, partial(refunds.settle, store, store.refunds[refund_id], status))
