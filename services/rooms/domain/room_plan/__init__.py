"""The room plan: which stay gets which room, with few moves, then few gaps. Pure and deterministic."""
