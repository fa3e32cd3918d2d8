"""The OpenAPI document, derived from the declared operations."""
