"""From where on a step of a normal time is in doubt; for the machine see `common.strain`."""

from typing import Any, Final

from common.strain import BUSY, MISSED, STOLEN, WAITING

# A healthy shop has failed calls too, up to some per mille of all (shop.noise), and now and then a few at once.
ERRORS: Final = 0.03  # of the calls of a step ...
ERRORS_OF_ALL: Final = 0.01  # ... or of a whole window ...
FEWEST_ERRORS: Final = 5  # ... and at least so many
SLOWER: Final = 2.0  # times a service's usual latency ...
SLOWER_MS: Final = 50.0  # ... and so much more than that
SLOW_MS: Final = 1000.0  # or this, whatever is usual
FEWEST_REQUESTS: Final = 20  # of a service in a step: of fewer, the latency is chance


def record() -> dict[str, Any]:
    """As normal.json has them."""
    return {
        "error_ratio_of_a_step": ERRORS,
        "error_ratio_of_a_time": ERRORS_OF_ALL,
        "fewest_errors": FEWEST_ERRORS,
        "latency_times_usual": SLOWER,
        "latency_ms_above_usual": SLOWER_MS,
        "latency_ms": SLOW_MS,
        "fewest_requests": FEWEST_REQUESTS,
        "cpu_busy": BUSY,
        "cpu_waiting": WAITING,
        "cpu_stolen": STOLEN,
        "missing": MISSED,
    }
