"""The only SQL of notifier."""
