"""The contract: the types of the official `stripe` library for requests and responses."""

from sandbox.stripe.contract.requests import read_params
from sandbox.stripe.contract.responses import object_violations, violations

__all__ = ["object_violations", "read_params", "violations"]
