"""The simulation: all services in one thread, and one seed draws every choice. See ADR 26."""
