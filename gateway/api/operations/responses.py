"""Liveness and readiness."""

from contracts.data import Data


class Alive(Data):
    """The process runs."""

    status: str


class Readiness(Data):
    """The state of each dependency: `up`, or a text about the fault. `down` names the dependencies that are not up."""

    ready: bool
    down: tuple[str, ...]
    checks: dict[str, str]
