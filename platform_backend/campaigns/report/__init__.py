"""The report of a campaign that is over, to hand out: what was planned, what came of it, and when; with charts."""
