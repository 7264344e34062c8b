"""The shop's service for shipping."""
