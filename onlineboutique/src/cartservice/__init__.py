"""The shop's service for carts."""
