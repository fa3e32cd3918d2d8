"""The judge: reads back at rest what was acknowledged."""
