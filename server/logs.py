"""Logging: to stderr, each line redacted, quiet about addresses."""

import logging
import sys

from server.guards.redact import RedactingFormatter, Redactor


def log_to_stderr(redact: Redactor, level: str) -> None:
    """Take over the root logger; set before MCPServer is built, which would set a handler of its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(redact))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # At INFO it logs each address with its query; some platforms take a key there.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
