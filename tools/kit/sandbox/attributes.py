"""Attributes of a record, for the fields of an answer that have the same names."""


def attributes(record: object, *names: str) -> dict[str, object]:
    """These attributes by name, in this order."""
    return {name: getattr(record, name) for name in names}
