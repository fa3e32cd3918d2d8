"""The messages between the services: plain typed data, versioned, and nothing else."""
