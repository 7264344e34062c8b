"""The REST API of the overview."""
