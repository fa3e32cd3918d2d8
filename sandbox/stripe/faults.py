"""Faults: what the control has asked to go wrong, and which requests it strikes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.stripe.errors import Refusal, api_error, declined
from sandbox.stripe.patterns import Pattern
from sandbox.stripe.world import Json, clone, new_id

Kind = Literal["delay", "fail_before", "fail_after", "decline", "refund"]

_PATHS = {"decline": r"^/v1/payment_intents/[^/]+/capture$", "refund": r"^/v1/refunds$"}


class FaultSpec(BaseModel):
    """A fault for the next `times` requests (null: all) that match method, path and body.

    `store` says what a repetition of the idempotency key gets: the fault, the true answer or a
    new attempt. Defaults: a 5xx is stored; a dropped connection stores what was really done.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str | None = None
    path: Pattern = ""
    contains: str = ""
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=0.0, ge=0)
    when: Literal["before", "after"] = "before"
    status: int = Field(default=500, ge=409, le=599)
    drop: bool = False
    store: Literal["fault", "answer", "nothing"] | None = None
    should_retry: bool | None = None
    code: str = "card_declined"
    decline_code: str | None = "generic_decline"
    for_good: bool = False
    starts: Literal["pending", "succeeded"] = "pending"
    ends: Literal["succeeded", "failed"] | None = None
    after: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind in _PATHS:
            self.method, self.path = "POST", self.path or _PATHS[self.kind]
        if self.kind == "fail_before":
            self.store = self.store or ("nothing" if self.drop else "fault")
            if self.store == "answer" or (self.drop and self.store == "fault"):
                raise ValueError("before the work there is no such answer to store")
        if self.kind == "fail_after":
            self.store = self.store or ("answer" if self.drop else "fault")
            if self.drop and self.store == "fault":
                raise ValueError("a dropped connection is no answer that could be stored")
        return self

    @property
    def strikes_replays(self) -> bool:
        """Whether a replayed answer can be struck too: by the network, not by the work."""
        return self.kind == "delay" or self.store in ("answer", "nothing")

    def failure(self) -> Refusal:
        return api_error(self.status, "The stand-in was told to fail this request.")


@dataclass(slots=True)
class Fault:
    """A fault in force: how often it will still strike and how often it has."""

    spec: FaultSpec
    id: str = field(default_factory=lambda: new_id("fault"))
    left: int | None = None
    struck: int = 0

    def described(self) -> Json:
        spec = self.spec.model_dump(mode="json")
        return {"id": self.id, "left": self.left, "struck": self.struck, **spec}


@dataclass(frozen=True, slots=True)
class Taken:
    """The faults one request has drawn, at most one of each kind."""

    specs: dict[Kind, FaultSpec]

    def delay(self, when: Literal["before", "after"]) -> float:
        spec = self.specs.get("delay")
        return spec.seconds if spec and spec.when == when else 0.0

    def refuse_capture(self, refused: dict[str, tuple[str, str | None]], intent: Json) -> None:
        """Raise the card's refusal of a capture; one for good is remembered in `refused`."""
        spec = self.specs.get("decline")
        if spec and spec.for_good:
            refused[intent["id"]] = (spec.code, spec.decline_code)
        struck = (spec.code, spec.decline_code) if spec else refused.get(intent["id"])
        if struck:
            code, decline_code = struck
            raise declined(
                "Your card was declined.",
                code=code,
                decline_code=decline_code,
                intent=clone(intent),
                charge=intent["latest_charge"],
            )

    def refund(self) -> tuple[str, Literal["succeeded", "failed"] | None, int] | None:
        """How the refund goes: its first status, its last and the seconds between."""
        spec = self.specs.get("refund")
        return (spec.starts, spec.ends, spec.after) if spec else None


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, spec: FaultSpec) -> Fault:
        fault = Fault(spec, left=spec.times)
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: str | None = None) -> None:
        self._faults = [fault for fault in self._faults if fault_id not in (None, fault.id)]

    def described(self) -> list[Json]:
        return [fault.described() for fault in self._faults]

    def take(self, method: str, path: str, *, body: str, replaying: bool) -> Taken:
        """The faults that strike this request; each counts as having struck once."""
        taken: dict[Kind, FaultSpec] = {}
        for fault in self._matching(method, path, unquote_plus(body)):
            if fault.spec.kind in taken or (replaying and not fault.spec.strikes_replays):
                continue
            taken[fault.spec.kind] = fault.spec
            fault.struck += 1
            if fault.left is not None:
                fault.left -= 1
        return Taken(taken)

    def _matching(self, method: str, path: str, body: str) -> Iterable[Fault]:
        return [
            fault
            for fault in self._faults
            if fault.left != 0
            and fault.spec.method in (None, method)
            and re.search(fault.spec.path, path)
            and fault.spec.contains in body
        ]
