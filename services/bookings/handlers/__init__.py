"""Handlers: load, decide, record."""
