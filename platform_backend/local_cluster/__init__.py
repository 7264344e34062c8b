"""The laptop's stand-in for Kubernetes, Chaos Mesh and the collectors. No Django in it."""
