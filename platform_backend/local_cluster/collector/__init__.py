"""The telemetry collector: a process that receives spans, tails pod output, samples metrics, and stores them all."""
