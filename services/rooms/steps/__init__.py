"""Steps that several handlers take within their transaction."""
