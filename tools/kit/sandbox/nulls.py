"""Nulls: an empty field is null on one server and absent on another, and a client has to read both."""


def without_nulls(data: object) -> object:
    """The same data without the keys whose value is null, at any depth."""
    if isinstance(data, dict):
        return {name: without_nulls(value) for name, value in data.items() if value is not None}
    return [without_nulls(entry) for entry in data] if isinstance(data, list) else data
