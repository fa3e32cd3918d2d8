"""Steps that several handlers share: reading the provider, calling the provider, recording the result."""
