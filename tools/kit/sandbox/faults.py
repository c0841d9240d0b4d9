"""Faults to order: the next requests of a kind meet an error, a delay, a broken body or a redirect."""

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


class BadOrder(ValueError):
    """An order for a fault that makes no sense; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass
class Fault:
    """What the next `left` requests that fit will meet."""

    platform: str
    kind: Kind
    amount: float = 0.0
    """The status, the seconds or the bytes; 0 where the kind has none."""
    method: str = "*"
    path: str = "*"
    left: int = 1
    applied: bool = True
    """Whether the request does its work before the fault hides the answer: the case in which a write is in doubt."""
    location: str = ""
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def fits(self, platform: str, method: str, path: str) -> bool:
        return platform == self.platform and self.method in {"*", method} and fnmatchcase(path, self.path)

    def shown(self) -> dict[str, object]:
        told = {"platform": self.platform, "method": self.method, "path": self.path, "times": self.left}
        amount = int(self.amount) if self.amount.is_integer() else self.amount
        value = self.location if self.kind == "redirect" else True if self.kind == "garbage" else amount
        return {**told, self.kind: value, "applied": self.applied}


class Faults:
    """Ordered faults in the order they came; each hits as often as it says and is gone."""

    def __init__(self, platforms: Collection[str]) -> None:
        self._platforms = platforms
        self._ordered: list[Fault] = []

    def reset(self) -> None:
        self._ordered.clear()

    def shown(self) -> list[dict[str, object]]:
        return [fault.shown() for fault in self._ordered]

    def order(self, wish: object) -> Fault:
        """Take an order as JSON gives it.

        Raises:
            BadOrder: with everything that is wrong with it.
        """
        fault = read(wish, self._platforms)
        self._ordered.append(fault)
        return fault

    def due(self, platform: str, method: str, path: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        for fault in self._ordered:
            if fault.fits(platform, method, path):
                fault.left -= 1
                if not fault.left:
                    self._ordered.remove(fault)
                return fault
        return None


def read(wish: object, platforms: Collection[str]) -> Fault:
    """Turn JSON into a fault.

    Raises:
        BadOrder: with everything that is wrong with it.
    """
    if not isinstance(wish, dict):
        raise BadOrder(["an order is a JSON object"])
    problems = [f"unknown field {name!r}; known are {', '.join(sorted(_FIELDS))}" for name in wish.keys() - _FIELDS]
    platform: object = wish.get("platform", next(iter(platforms)) if len(platforms) == 1 else None)
    if not isinstance(platform, str) or platform not in platforms:
        problems.append(f"platform is one of {', '.join(sorted(platforms))}")
    method = str(wish.get("method", "*")).upper()
    if method not in _METHODS:
        problems.append(f"method is one of {', '.join(sorted(_METHODS))}")
    path = wish.get("path", "*")
    if not isinstance(path, str) or not path.startswith(("/", "*")):
        problems.append('path is a glob below the mount, such as "/things/*"')
    times = wish.get("times", 1)
    if not _whole(times, 1, MOST_TIMES):
        problems.append(f"times is a whole number from 1 to {MOST_TIMES}")
    applied = wish.get("applied")
    if not isinstance(applied, bool | None):
        problems.append("applied is true or false")
    kinds: list[Kind] = [kind for kind in _KINDS if not (wish.get(kind) is None or wish.get(kind) is False)]
    if len(kinds) != 1:
        problems.append(f"name exactly one of {', '.join(_KINDS)}")
    else:
        problems += _value_problems(kinds[0], wish)
    if problems:
        raise BadOrder(problems)
    kind = kinds[0]
    return Fault(
        platform=str(platform),
        kind=kind,
        amount=float(wish[kind]) if kind not in {"redirect", "garbage"} else 0.0,
        method=method,
        path=str(path),
        left=times,
        applied=kind not in {"status", "redirect"} if applied is None else applied,
        location=wish["redirect"] if kind == "redirect" else "",
        body=wish.get("body"),
        headers=wish.get("headers") or {},
    )


def _value_problems(kind: Kind, wish: Mapping[str, object]) -> list[str]:
    value, problems = wish[kind], []
    if kind == "status" and not (_whole(value, 200, 599) and value in [s.value for s in HTTPStatus] + [520, 522, 524]):
        problems.append("status is an HTTP status from 200 to 599")
    if kind == "delay" and not (_number(value) and 0 < value <= LONGEST_DELAY):
        problems.append(f"delay is a number of seconds up to {LONGEST_DELAY:.0f}")
    if kind == "cut" and not _whole(value, 0, LARGEST_BODY):
        problems.append("cut is the number of bytes after which the body breaks off")
    if kind == "huge" and not _whole(value, 1, LARGEST_BODY):
        problems.append(f"huge is a number of bytes from 1 to {LARGEST_BODY}")
    if kind == "garbage" and value is not True:
        problems.append("garbage is true")
    if kind == "redirect" and not (_line(value) and value.startswith(("http://", "https://", "/"))):
        problems.append("redirect is an address")
    headers = wish.get("headers")
    if headers is not None and not (isinstance(headers, dict) and all(_line(v) for v in headers.values())):
        problems.append("headers is an object of one-line ASCII strings")
    if kind != "status" and (wish.get("body") is not None or headers is not None):
        problems.append("body and headers go with status only")
    return problems


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _line(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _whole(value: object, least: int, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
