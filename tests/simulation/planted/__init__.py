"""Planted faults: changes of the product that the simulation must find."""
