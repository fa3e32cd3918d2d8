"""A protocol-true stand-in for Stripe, kept honest by the types of the official library."""

from sandbox.stripe.client import StandInControl
from sandbox.stripe.server import StripeStandIn

__all__ = ["StandInControl", "StripeStandIn"]
