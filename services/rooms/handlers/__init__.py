"""The handlers, one for each message: a handler loads values, lets the domain decide, and records the changes."""
