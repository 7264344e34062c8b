"""The data card of a dataset: what ran, what is missing, and key figures; as JSON and as Markdown."""
