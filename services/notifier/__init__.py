"""Tells people what has happened: over realtime channels and by mail. It alone names channels."""
