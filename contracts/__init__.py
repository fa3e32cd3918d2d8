"""What the services say to each other: plain typed data, versioned, and nothing else."""
