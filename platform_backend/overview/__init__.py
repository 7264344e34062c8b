"""The whole at a glance: settings that clients need, the state of all parts, what happened lately. Writes nothing."""
