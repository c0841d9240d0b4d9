"""Runs all layers over a text: what they find together is what looks like a secret."""

from server.guards.redaction import (
    addresses,
    blocks,
    commands,
    decoded,
    headers,
    pairs,
    prose,
    sql,
    steps,
    tables,
    vendors,
)
from server.guards.redaction.labels import find_labels
from server.guards.redaction.source import Source
from server.guards.redaction.spans import Span, union
from server.guards.redaction.values import mask_value


def find_spans(text: str, *, is_decoded: bool = False) -> list[Span]:
    """Search a text with every layer; what is decoded in it is not decoded again."""
    source = Source(text)
    blocks.search(source)
    vendors.search(source)
    headers.search(source)
    addresses.search(source)
    commands.search(source)
    sql.search(source)
    prose.search_pairs(source)
    prose.search_codes(source)
    _search_labels(source)
    if not is_decoded:
        decoded.search(source, find_spans)
    return union(source.spans)


def _search_labels(source: Source) -> None:
    at = 0
    for label in find_labels(source):
        if label.start < at:
            continue
        at = (
            mask_value(source, label)
            or pairs.mask_pair(source, label)
            or steps.mask_steps(source, label)
            or tables.mask_table(source, label)
            or prose.mask_prose(source, label)
            or at
        )
