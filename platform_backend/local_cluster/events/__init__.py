"""Events: what is done to a healthy system in its normal life, recorded as faults are, and no fault."""
