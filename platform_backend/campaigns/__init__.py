"""Campaigns: many injections after one another from one file, with a plan that the file and its seed decide."""
