"""The clients: guests and staff over HTTP, who know what was acknowledged."""
