"""The shop's service for order confirmations."""
