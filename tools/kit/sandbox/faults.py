"""Faults: the next matching requests get an error, a delay, a broken body or a redirect."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Literal, TypeGuard, get_args

Kind = Literal["status", "delay", "cut", "garbage", "redirect", "huge"]

LONGEST_DELAY = 600.0
LARGEST_BODY = 1024**3
MOST_TIMES = 10_000

_KINDS: tuple[Kind, ...] = get_args(Kind)
_FIELDS = {"platform", "method", "path", "times", "applied", "body", "headers", *_KINDS}
_METHODS = {"*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}


class BadFault(ValueError):
    """A fault that cannot be set; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass
class Fault:
    """What happens to the next `left` requests that match."""

    platform: str
    kind: Kind
    amount: float = 0.0
    """The status, seconds or bytes; 0 where the kind has none."""
    method: str = "*"
    path: str = "*"
    left: int = 1
    applied: bool = True
    """Whether the request is processed before its answer is lost: then the outcome of a write is unknown."""
    location: str = ""
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def matches(self, platform: str, method: str, path: str) -> bool:
        return platform == self.platform and self.method in {"*", method} and fnmatchcase(path, self.path)

    def as_json(self) -> dict[str, object]:
        fields = {"platform": self.platform, "method": self.method, "path": self.path, "times": self.left}
        amount = int(self.amount) if self.amount.is_integer() else self.amount
        value = self.location if self.kind == "redirect" else True if self.kind == "garbage" else amount
        return {**fields, self.kind: value, "applied": self.applied}


class Faults:
    """The faults that are set, oldest first; each applies as often as it says."""

    def __init__(self, platforms: Collection[str]) -> None:
        self._platforms = platforms
        self._faults: list[Fault] = []

    def reset(self) -> None:
        self._faults.clear()

    def as_json(self) -> list[dict[str, object]]:
        return [fault.as_json() for fault in self._faults]

    def add(self, sent: object) -> Fault:
        """Add a fault from its JSON.

        Raises:
            BadOrder: with everything that is wrong with it.
        """
        fault = parse_fault(sent, self._platforms)
        self._faults.append(fault)
        return fault

    def take(self, platform: str, method: str, path: str) -> Fault | None:
        """The fault for this request, if any; it is counted down."""
        for fault in self._faults:
            if fault.matches(platform, method, path):
                fault.left -= 1
                if not fault.left:
                    self._faults.remove(fault)
                return fault
        return None


def parse_fault(sent: object, platforms: Collection[str]) -> Fault:
    """Parse a fault from its JSON.

    Raises:
        BadOrder: with everything that is wrong with it.
    """
    if not isinstance(sent, dict):
        raise BadFault(["a fault is a JSON object"])
    problems = [
        f"unknown field {name!r}; known fields are {', '.join(sorted(_FIELDS))}" for name in sent.keys() - _FIELDS
    ]
    platform: object = sent.get("platform", next(iter(platforms)) if len(platforms) == 1 else None)
    if not isinstance(platform, str) or platform not in platforms:
        problems.append(f"platform is one of {', '.join(sorted(platforms))}")
    method = str(sent.get("method", "*")).upper()
    if method not in _METHODS:
        problems.append(f"method is one of {', '.join(sorted(_METHODS))}")
    path = sent.get("path", "*")
    if not isinstance(path, str) or not path.startswith(("/", "*")):
        problems.append('path is a glob below the mount, such as "/things/*"')
    times = sent.get("times", 1)
    if not _is_integer(times, 1, MOST_TIMES):
        problems.append(f"times is an integer from 1 to {MOST_TIMES}")
    applied = sent.get("applied")
    if not isinstance(applied, bool | None):
        problems.append("applied is true or false")
    kinds: list[Kind] = [kind for kind in _KINDS if not (sent.get(kind) is None or sent.get(kind) is False)]
    if len(kinds) != 1:
        problems.append(f"name exactly one of {', '.join(_KINDS)}")
    else:
        problems += _value_problems(kinds[0], sent)
    if problems:
        raise BadFault(problems)
    kind = kinds[0]
    return Fault(
        platform=str(platform),
        kind=kind,
        amount=float(sent[kind]) if kind not in {"redirect", "garbage"} else 0.0,
        method=method,
        path=str(path),
        left=times,
        applied=kind not in {"status", "redirect"} if applied is None else applied,
        location=sent["redirect"] if kind == "redirect" else "",
        body=sent.get("body"),
        headers=sent.get("headers") or {},
    )


def _value_problems(kind: Kind, sent: Mapping[str, object]) -> list[str]:
    value, problems = sent[kind], []
    if kind == "status" and not (
        _is_integer(value, 200, 599) and value in [s.value for s in HTTPStatus] + [520, 522, 524]
    ):
        problems.append("status is an HTTP status from 200 to 599")
    if kind == "delay" and not (_is_number(value) and 0 < value <= LONGEST_DELAY):
        problems.append(f"delay is a number of seconds up to {LONGEST_DELAY:.0f}")
    if kind == "cut" and not _is_integer(value, 0, LARGEST_BODY):
        problems.append("cut is the number of bytes after which the body ends")
    if kind == "huge" and not _is_integer(value, 1, LARGEST_BODY):
        problems.append(f"huge is a number of bytes from 1 to {LARGEST_BODY}")
    if kind == "garbage" and value is not True:
        problems.append("garbage is true")
    if kind == "redirect" and not (_is_line(value) and value.startswith(("http://", "https://", "/"))):
        problems.append("redirect is a URL or a path")
    headers = sent.get("headers")
    if headers is not None and not (isinstance(headers, dict) and all(_is_line(v) for v in headers.values())):
        problems.append("headers is an object of one-line ASCII strings")
    if kind != "status" and (sent.get("body") is not None or headers is not None):
        problems.append("body and headers go with status only")
    return problems


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_line(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _is_integer(value: object, least: int, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
