"""Steps that several handlers and actions share."""
