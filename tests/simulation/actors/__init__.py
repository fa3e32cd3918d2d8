"""The actors of the simulation: plain functions that act like guests, staff, operators, the payment provider and time."""
