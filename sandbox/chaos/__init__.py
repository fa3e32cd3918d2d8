"""Faults in a running system under load, and a judge of everything that its clients were told."""
