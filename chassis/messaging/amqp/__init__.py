"""Broker connections that come back by themselves: one for threads, one for asyncio."""
