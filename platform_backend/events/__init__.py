"""Events: what a healthy system goes through on purpose. Hard negatives: they look like trouble and are none."""
