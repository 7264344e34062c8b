"""The REST API of changes."""
