"""Faults: one small class a kind, an engine that times them and a record that survives the controller."""
