"""The invariants of the running system; `catalogue` lists them."""
