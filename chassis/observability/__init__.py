"""Logs, traces, metrics, and redaction of personal data."""
