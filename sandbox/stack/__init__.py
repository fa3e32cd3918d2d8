"""The whole system on one machine: private broker and database, stand-ins, services, relay and gateway."""
