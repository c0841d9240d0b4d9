"""Logging to stderr, with every line redacted and without request URLs."""

import logging
import sys

from server.guards.redact import RedactingFormatter, Redactor


def configure_logging(redact: Redactor, level: str) -> None:
    """Configure the root logger; call it before MCPServer is built, which would add its own handler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(redact))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # At INFO it logs each URL with its query, where some platforms take a key.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
