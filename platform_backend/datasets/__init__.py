"""Labelled datasets: orders, imports, storage, downloads. What is in them is made by `dataset_builder`."""
