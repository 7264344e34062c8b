"""From where on a machine is too busy for what is measured on it to be trusted: shares of a time.

Both the effect check and the vetting of normal times go by them. A shop on two cores that are its own stays far below.
"""

from typing import Final

BUSY: Final = 0.9  # of CPU time that was used
WAITING: Final = 0.6  # of time in which some process waited for a CPU
STOLEN: Final = 0.1  # of CPU time that other guests of the same hardware took
MISSED: Final = 0.2  # of the samples that are missing, as the collector did not come to run
