"""Payments: payment sessions, the provider's webhook, and balances paid at the desk."""
