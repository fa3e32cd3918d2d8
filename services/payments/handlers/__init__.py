"""Load, decide, record: what payments does with each message, and the calls it owes."""
