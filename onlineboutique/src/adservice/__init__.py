"""The shop's service for advertisements."""
