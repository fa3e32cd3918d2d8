"""The judge: reads back, at rest, the commands acknowledged since the last judgement, and at the end all of them."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.chaos.client.acknowledgements import AcknowledgementLog, StayRecord
from sandbox.chaos.judge.money_checks import by_booking, check_money
from sandbox.chaos.judge.notice_checks import PushLog, check_mails, check_pushes
from sandbox.chaos.judge.operator_checks import OperatorChecks
from sandbox.chaos.judge.reading import RestReader
from sandbox.chaos.judge.room_checks import check_rooms
from sandbox.chaos.judge.stay_checks import check_stay
from sandbox.chaos.judge.violation import ChaosViolation

READERS = 6
Rows = Sequence[Mapping[str, Any]]


@dataclass
class ChaosJudge:
    """Judges a system at rest. `stack` is its `stack.json`, `desks` the tokens of the front desk by hotel."""

    url: str
    stack: Mapping[str, Any]
    desks: Mapping[str, str]
    acknowledgements: AcknowledgementLog
    judged: int = 0
    _pushes: PushLog = field(default_factory=PushLog)
    _pushes_after: int = 0
    _mails_after: int = 0
    _by_address: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _judged_at: float = 0.0

    def __post_init__(self) -> None:
        self._reader = RestReader(self.url, self.desks)
        self._operators = OperatorChecks(self.stack)
        self._http = httpx.Client(timeout=60, trust_env=False)

    def close(self) -> None:
        self._reader.close()
        self._operators.close()
        self._http.close()

    def judge_recent(self) -> list[ChaosViolation]:
        """Judge the stays that began or had a command acknowledged since the last judgement."""
        since, self._judged_at = self._judged_at, time.monotonic()
        stays = [each for each in self.acknowledgements.stays if each.last_at >= since]
        return [*self._judge(stays), *self._operators.check()]

    def judge_everything(self) -> list[ChaosViolation]:
        """Judge every stay of the run once more, every room, and run all the operators' checks."""
        violations = self.judge_stays()
        violations += check_rooms(self.acknowledgements.room_changes, self._reader.room_history)
        return [*violations, *self._operators.check_all()]

    def judge_stays(self) -> list[ChaosViolation]:
        """Judge every stay of the run."""
        return self._judge(self.acknowledgements.stays)

    def _judge(self, stays: Sequence[StayRecord]) -> list[ChaosViolation]:
        violations: list[ChaosViolation] = []
        self._read_pushes()
        mails, intents = self._mails(), by_booking(self._journal())
        with ThreadPoolExecutor(READERS) as pool:
            readings = list(pool.map(self._reader.stay, stays))
        self.judged += len(stays)
        for record, reading in zip(stays, readings, strict=True):
            violations += check_stay(record, reading)
            violations += check_money(record, reading, intents.get(record.booking_id, {}))
            violations += check_pushes(record, reading, self._pushes)
            violations += check_mails(record, reading, mails.get(record.email, ()))
        return violations

    def _read_pushes(self) -> None:
        """Read the new pushes into the log; the stand-in forgets old ones."""
        pusher = self.stack["pusher"]
        url = f"http://{pusher['host']}:{pusher['port']}/_control/events"
        rows = self._http.get(url, params={"after": self._pushes_after}).raise_for_status().json()
        if rows:
            _require_all(rows[0]["seq"], self._pushes_after)
            self._pushes_after = rows[-1]["seq"]
            self._pushes.add(rows)

    def _mails(self) -> Mapping[str, Rows]:
        """The ids and subjects of all mails of the run, by address."""
        url = f"{self.stack['mailbox']['http']}/messages"
        for mail in self._http.get(url, params={"after": self._mails_after}).raise_for_status().json():
            _require_all(mail["id"], self._mails_after)
            self._mails_after = mail["id"]
            for address in mail["to"]:
                self._by_address[address].append({name: mail[name] for name in ("message_id", "subject")})
        return self._by_address

    def _journal(self) -> Rows:
        rows: Rows = (
            self._http.get(f"{self.stack['stripe']['url']}/_control/journal").raise_for_status().json()["entries"]
        )
        return rows


def _require_all(number: int, last: int) -> None:
    """Raises `RuntimeError` where a stand-in has forgotten rows between the last one that was read and this one."""
    if number != last + 1:
        raise RuntimeError("A stand-in has forgotten what it received: judge after fewer faults.")
