"""Liveness and readiness."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Alive:
    """The process runs."""

    status: str


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """The state of each dependency: `up`, or what is wrong. `down` names the dependencies that are not up."""

    ready: bool
    down: tuple[str, ...]
    checks: dict[str, str]
