"""The wire: a TCP proxy between pods whose delay and other impairments are changed while connections live."""
