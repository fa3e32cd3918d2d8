"""Transactions: the unit of work, conversations of several transactions, and the tables of every service."""
