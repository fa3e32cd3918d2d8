"""The databases of a demo at version 0.1.0, as SQL dumps, and the tests that migrate them."""
