"""The HTML front of the shop."""
