"""The report: a table, a JSON file and a page."""
