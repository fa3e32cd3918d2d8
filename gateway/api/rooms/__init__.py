"""Rooms: the rooms themselves, their status, blocks and housekeeping tasks."""
