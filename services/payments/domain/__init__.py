"""The decisions of payments: pure functions and values, without a clock, a database or a provider."""
