"""The shop's service for payments."""
