"""The only SQL of the notifier."""
