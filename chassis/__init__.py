"""The library that every service runs on: messaging, transactions, jobs, hosting, metrics. Contains no hotel rules."""
