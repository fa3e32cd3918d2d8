"""A cluster of three brokers loses nodes under load: the system goes on, and nothing that was acknowledged is lost."""
