"""Bodies that the API's schema shows as examples."""

from typing import Final

REVISIONS: Final = {
    "injections": 42,
    "experiments": 3,
    "campaigns": 17,
    "events": 4,
    "datasets": 5,
    "users": 2,
    "system": 9,
}
