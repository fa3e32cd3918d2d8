"""Staff accounts and tokens in the gateway's own database, authentication, permissions and rate limits."""
