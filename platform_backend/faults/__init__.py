"""Faults: what can be done to a pod, doing it, and the labels that say when it was so."""
