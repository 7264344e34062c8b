"""File operations of pods with volumes: seccomp hands them to the controller, which may delay or fail them."""
