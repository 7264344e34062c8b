"""Labelled datasets of a window of telemetry: formats, builds, downloads."""
