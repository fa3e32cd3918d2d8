"""Steps that several handlers share within their transaction."""
