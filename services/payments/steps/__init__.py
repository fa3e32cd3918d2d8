"""Steps that several handlers share: read the provider, call the provider, record the result."""
