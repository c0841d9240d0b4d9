"""The forms that a credential takes on its way into a text."""

import base64
import html
import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote

from tests.redaction.values import USERS


def _base64_inside(secret: str, before: str, after: str) -> str:
    """Base64 of a longer text; of the secret's own characters only those that no neighbour changes are marked."""
    whole = base64.b64encode(f"{before}{secret}{after}".encode()).decode()
    first, end = len(before.encode()) * 8, len((before + secret).encode()) * 8
    start, stop = -(-first // 6), end // 6
    return f"{whole[:start]}\xab{whole[start:stop]}\xbb{whole[stop:]}"


def _percent_all(secret: str) -> str:
    return "".join(f"%{byte:02X}" for byte in secret.encode())


def _spaced(secret: str, separator: str, every: int) -> str:
    return separator.join(secret[at : at + every] for at in range(0, len(secret), every))


def written(form: str, secrets: list[str], rng: Random) -> str:
    """One of the secrets, in a form."""
    secret = rng.choice(secrets)
    slash = "".join(f"\\{c}" if c in "&<>#;|$()'\" " else c for c in secret)
    forms: dict[str, Callable[[], str]] = {
        "plain": lambda: secret,
        "percent": lambda: quote(secret, safe=""),
        "percentlower": lambda: quote(secret, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
        "percentall": lambda: _percent_all(secret),
        "percenttwice": lambda: quote(quote(secret, safe=""), safe=""),
        "json": lambda: json.dumps(secret).strip('"').replace("<", "\\u003c").replace("&", "\\u0026"),
        "jsontwice": lambda: json.dumps(json.dumps(secret)).strip('"').strip('\\"'),
        "unicode": lambda: "".join(f"\\u{ord(c):04x}" for c in secret),
        "unicodeupper": lambda: "".join(f"\\u{ord(c):04X}" for c in secret),
        "html": lambda: html.escape(secret),
        "htmldecimal": lambda: "".join(f"&#{ord(c)};" for c in secret),
        "htmlhex": lambda: "".join(f"&#x{ord(c):x};" for c in secret),
        "hex": lambda: secret.encode().hex(),
        "hexupper": lambda: secret.encode().hex().upper(),
        "shell": lambda: secret.replace("'", "'\\''"),
        "shellslash": lambda: slash,
        "base64": lambda: _base64_inside(secret, "", ""),
        "base64url": lambda: _base64_inside(secret, "", "").replace("+", "-").replace("/", "_"),
        "user64": lambda: _base64_inside(secret, f"{rng.choice(USERS)}:", ""),
        "colon64": lambda: _base64_inside(secret, "", ":"),
        "mid64": lambda: _base64_inside(secret, f'{{"t": "{rng.choice(USERS)}', '", "n": 1}'),
        "upper": secret.upper,
        "lower": secret.lower,
        "head": lambda: secret[: rng.randint(-(-len(secret) * 6 // 10), len(secret) - 2)],
        "tail": lambda: secret[-rng.randint(-(-len(secret) * 6 // 10), len(secret) - 2) :],
        "lines": lambda: _spaced(secret, "\n", rng.randint(7, 12)),
        "joined": lambda: _spaced(secret, '" + "', rng.randint(7, 12)),
        "blanks": lambda: _spaced(secret, " ", rng.randint(7, 12)),
        "invisible": lambda: _spaced(secret, "\u200b", rng.randint(2, 5)),
    }
    return forms[form]()
