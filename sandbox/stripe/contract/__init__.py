"""The contract: what the types of the official `stripe` library allow in requests and answers."""

from sandbox.stripe.contract.answers import object_violations, violations
from sandbox.stripe.contract.requests import read_params

__all__ = ["object_violations", "read_params", "violations"]
