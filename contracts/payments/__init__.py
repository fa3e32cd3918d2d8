"""The messages of the payments service: checkout sessions, events, webhooks, reconciliation."""
