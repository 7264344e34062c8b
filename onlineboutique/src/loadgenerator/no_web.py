"""Import before locust: its web interface is never started here, and loading it with Flask would cost 9 MB."""

import sys
from types import ModuleType

_web = ModuleType("locust.web", "Stands in for Locust's web interface, of which Locust itself only needs this name.")
_web.__dict__["WebUI"] = object
sys.modules["locust.web"] = _web
