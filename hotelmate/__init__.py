"""The operator's command line: properties, staff, the demo's clock, dead letters and outboxes."""
