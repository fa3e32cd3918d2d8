"""Faults of the payment provider, as control requests of its stand-in."""

from typing import Any

PROVIDER_FAULTS: dict[str, dict[str, Any]] = {
    "is down": {"kind": "fail_before", "drop": True, "times": None},
    "fails before the work": {"kind": "fail_before", "method": "POST"},
    "fails after the work": {"kind": "fail_after", "method": "POST"},
    "is too slow to answer": {"kind": "fail_after", "method": "POST", "drop": True},
    "cuts a look short": {"kind": "fail_after", "method": "GET", "drop": True, "times": 2},
    "is busy": {"kind": "fail_before", "status": 429, "store": "nothing", "times": 2},
    "refuses the capture": {"kind": "decline", "for_good": True},
    "gives back slowly": {"kind": "refund", "starts": "pending", "ends": "succeeded", "after": 60},
    "fails to give back": {"kind": "refund", "starts": "pending", "ends": "failed", "after": 60},
}
