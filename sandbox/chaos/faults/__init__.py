"""The faults: a table of process and kind, a seeded plan, and how each fault is injected and healed."""
