"""Key blocks: from the mark at which one begins to the one at which it ends, or to the end of the text."""

from server.guards.redaction.source import Pattern, Source

# Line ends are real ones, or the two characters backslash and n.
_PEM = Pattern(r"-{4,5} ?begin [a-z0-9 ]{0,40}private key(?: block)? ?-{4,5}")
_PEM_END = Pattern(r"-{4,5} ?end [a-z0-9 ]{0,40}private key(?: block)? ?-{4,5}")
_PUTTY = Pattern(r"private-lines: \d{1,4}\s*")
_PUTTY_END = Pattern(r"private-(?:mac|hash): [0-9a-f]{20,128}")


def search(source: Source) -> None:
    """Mask PEM, OpenSSH, PGP, SSH2 and PuTTY keys."""
    for hint, begin, end in (("private key", _PEM, _PEM_END), ("private-lines:", _PUTTY, _PUTTY_END)):
        if hint not in source.folded:
            continue
        at = 0
        while opening := begin().search(source.folded, at):
            closing = end().search(source.folded, opening.end())
            at = closing.end() if closing else len(source.text)
            source.add(opening.start(), at)
