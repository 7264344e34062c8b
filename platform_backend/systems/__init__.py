"""The system under test: its services, pods and load."""
