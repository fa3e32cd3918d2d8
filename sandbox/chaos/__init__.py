"""Faults in a running system under load, and a judge of all answers that its clients received."""
