"""Connections to PostgreSQL: their parameters and time limits, in one place for every process and driver."""
