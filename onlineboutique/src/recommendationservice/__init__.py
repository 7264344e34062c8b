"""The shop's service for recommendations."""
