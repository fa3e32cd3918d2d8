"""Stays: room assignment, check-in, check-out, the front desk and overstays."""
