"""The decisions of the payments service: pure functions and values, without a clock, a database or a provider."""
