"""The shop's service for the product catalogue."""
