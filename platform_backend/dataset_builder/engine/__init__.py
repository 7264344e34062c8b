"""Makes the parts of a dataset in threads, and packs them into one zip; goes on where a killed build stopped."""
