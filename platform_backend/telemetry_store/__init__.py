"""The embedded telemetry store: Arrow IPC hot files, Parquet segments, DuckDB readers. No Django in it."""
