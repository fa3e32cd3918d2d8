"""The handlers of rooms, one for each message: each loads values, lets the domain decide, and records the changes."""
