"""Renders mails and delivers them over SMTP."""
