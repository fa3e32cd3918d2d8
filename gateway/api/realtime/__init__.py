"""Authorisation of push channels."""
