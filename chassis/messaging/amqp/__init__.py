"""Broker connections that reconnect by themselves: one for threads, one for asyncio."""
