"""Logs, traces, metrics, and what of an event may be shown."""
