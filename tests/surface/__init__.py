"""The public surface: everything that others rely on, collected from the code and compared with what was approved."""
