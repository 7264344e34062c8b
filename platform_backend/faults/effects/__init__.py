"""Did the fault really hurt, and is the harm over? Judged by the telemetry alone, never by the driver's word."""
