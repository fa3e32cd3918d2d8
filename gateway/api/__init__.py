"""The HTTP API: one package per noun, each with its routes, requests and responses."""
