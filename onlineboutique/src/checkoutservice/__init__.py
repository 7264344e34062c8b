"""The shop's service for orders."""
