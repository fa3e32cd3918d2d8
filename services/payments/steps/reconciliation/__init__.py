"""Reconciliation of payments with the provider: our payments, the provider's lists, what was left unprocessed."""
