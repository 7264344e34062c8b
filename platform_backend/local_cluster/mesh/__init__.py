"""The service mesh: one Envoy and one wire between the pods, their configuration and their faults."""
