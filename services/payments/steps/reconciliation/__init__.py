"""Reconciles our payments, the provider's lists, and unprocessed webhook events and jobs."""
