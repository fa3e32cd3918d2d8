"""The adapters of payments to PostgreSQL: the only SQL of the service."""
