"""The messages of payments: checkout sessions, events, webhooks, reconciliation."""
