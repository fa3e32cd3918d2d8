"""The clients: guests and staff over HTTP, and the log of their acknowledged commands."""
