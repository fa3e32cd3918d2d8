"""A stand-in for Stripe with its real protocol, checked against the types of the official library."""
