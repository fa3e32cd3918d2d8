"""Faults on demand, and the requests to which they apply."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.stripe.errors import ApiError, declined, server_error
from sandbox.stripe.patterns import Pattern
from sandbox.stripe.store import Json, clone, new_id

FaultKind = Literal["delay", "fail_before", "fail_after", "decline", "refund"]

_PATHS = {"decline": r"^/v1/payment_intents/[^/]+/capture$", "refund": r"^/v1/refunds$"}


class FaultSpec(BaseModel):
    """A fault for the next `times` requests (null: all) that match method, path and body.

    `store`: the response stored under the idempotency key. With `nothing`, a repetition is a new attempt. The default
    is `fault`. For a dropped connection it is `answer`, or `nothing` where the request was not executed.
    """

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
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
                raise ValueError("a failure before the work has no such response to store")
        if self.kind == "fail_after":
            self.store = self.store or ("answer" if self.drop else "fault")
            if self.drop and self.store == "fault":
                raise ValueError("a dropped connection has no response to store")
        return self

    @property
    def applies_to_replays(self) -> bool:
        """Whether the fault also applies to replayed responses: network faults do."""
        return self.kind == "delay" or self.store in ("answer", "nothing")

    def failure(self) -> ApiError:
        return server_error(self.status, "This request fails because of a fault on demand.")


@dataclass(slots=True)
class ActiveFault:
    """An active fault: applied to `applied` requests so far, and to the next `left` requests (None: all)."""

    spec: FaultSpec
    id: str = field(default_factory=lambda: new_id("fault"))
    left: int | None = None
    applied: int = 0

    def as_json(self) -> Json:
        spec = self.spec.model_dump(mode="json")
        return {"id": self.id, "left": self.left, "struck": self.applied, **spec}


@dataclass(frozen=True, slots=True)
class RequestFaults:
    """The faults that apply to one request, at most one of each kind."""

    specs: dict[FaultKind, FaultSpec]

    def delay(self, when: Literal["before", "after"]) -> float:
        spec = self.specs.get("delay")
        return spec.seconds if spec and spec.when == when else 0.0

    def refuse_capture(self, refused: dict[str, tuple[str, str | None]], intent: Json) -> None:
        """Raise ApiError if a fault declines the capture. A `for_good` fault stays in `refused` for later captures."""
        spec = self.specs.get("decline")
        if spec and spec.for_good:
            refused[intent["id"]] = (spec.code, spec.decline_code)
        applied = (spec.code, spec.decline_code) if spec else refused.get(intent["id"])
        if applied:
            code, decline_code = applied
            raise declined(
                "Your card was declined.",
                code=code,
                decline_code=decline_code,
                intent=clone(intent),
                charge=intent["latest_charge"],
            )

    def refund(self) -> tuple[str, Literal["succeeded", "failed"] | None, int] | None:
        """The refund's first status, its last status and the seconds between the two."""
        spec = self.specs.get("refund")
        return (spec.starts, spec.ends, spec.after) if spec else None


class FaultRegistry:
    """The active faults, oldest first."""

    def __init__(self) -> None:
        self._faults: list[ActiveFault] = []

    def add(self, spec: FaultSpec) -> ActiveFault:
        fault = ActiveFault(spec, left=spec.times)
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: str | None = None) -> None:
        self._faults = [fault for fault in self._faults if fault_id not in (None, fault.id)]

    def as_json(self) -> list[Json]:
        return [fault.as_json() for fault in self._faults]

    def take(self, method: str, path: str, *, body: str, replaying: bool) -> RequestFaults:
        """The faults that apply to this request; each application is counted."""
        specs: dict[FaultKind, FaultSpec] = {}
        for fault in self._matching(method, path, unquote_plus(body)):
            if fault.spec.kind in specs or (replaying and not fault.spec.applies_to_replays):
                continue
            specs[fault.spec.kind] = fault.spec
            fault.applied += 1
            if fault.left is not None:
                fault.left -= 1
        return RequestFaults(specs)

    def _matching(self, method: str, path: str, body: str) -> Iterable[ActiveFault]:
        return [
            fault
            for fault in self._faults
            if fault.left != 0
            and fault.spec.method in (None, method)
            and re.search(fault.spec.path, path)
            and fault.spec.contains in body
        ]
