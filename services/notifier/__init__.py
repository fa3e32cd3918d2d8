"""Sends pushes and mails about events. The only service that names realtime channels."""
