"""Log templates as a parser sees them: what differs from line to line is one thing."""

import re

_MASKS = (
    r"[0-9a-f]{8}-[0-9a-f-]{27}",  # ids
    r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,32}\b|\b[a-f]{8}\b",  # hex
    r"\b(?:[A-Z]{3}|[A-Z0-9]{10})\b",  # currencies, products
    r"\b(?:dhl|ups|fedex|dpd|gls|(?:eu|us|ap)-[a-z]+-\d)\b",  # carriers, regions
    r"\d+(?:\.\d+)?",
)
MASK = "<*>"


def template_of(message: str) -> str:
    """Of a line; of a traceback, the first."""
    text = message.partition("\n")[0]
    for mask in _MASKS:
        text = re.sub(mask, MASK, text)
    return text
