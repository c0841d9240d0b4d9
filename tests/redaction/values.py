"""Values for the texts of the corpus: secrets, and what stands around them. Nothing is stored; a seed makes them."""

import base64
import json
import string
import uuid
from collections.abc import Callable
from random import Random
from urllib.parse import quote

BASE62 = string.ascii_letters + string.digits
SECRET_WORDS = [
    "Hafen",
    "Sommer",
    "Winter",
    "Kranich",
    "Bernstein",
    "Lorbeer",
    "Falke",
    "Gletscher",
    "Harbour",
    "Meadow",
    "Lantern",
    "Copper",
    "Willow",
    "Thunder",
    "Marble",
    "Voyage",
    "Cactus",
    "Saffron",
    "Bramble",
    "Quartz",
    "Falcon",
    "Juniper",
    "Ember",
    "Glacier",
    "Otter",
    "Pepper",
    "Velvet",
    "Tundra",
    "Walnut",
    "Zephyr",
    "Mistral",
    "Corsair",
    "Monsoon",
    "Paprika",
    "Obsidian",
    "Tamarind",
    "Pelican",
    "Sequoia",
    "Nimbus",
    "Cobalt",
]
LOWER_WORDS = [
    "sonnenblume",
    "regenschirm",
    "butterkeks",
    "lighthouse",
    "snowflake",
    "blackbird",
    "raspberry",
    "thunderbolt",
    "marmalade",
    "windmill",
    "kaleidoscope",
    "tangerine",
    "peppermint",
    "dragonfly",
    "gingerbread",
    "buttercup",
    "nightingale",
    "starfish",
    "mountaineer",
    "cinnamon",
]
USERS = [
    "ada",
    "grace",
    "linus",
    "qa_bot",
    "tester7",
    "demo",
    "customer",
    "jana.k",
    "m.weber",
    "shop-admin",
    "kim",
    "carlos",
    "olga",
    "svc_ci",
    "jenkins",
]
NAMES = ["Ada Novak", "Grace Mbeki", "Linus Ruiz", "Jana Keller", "Kim Sato", "Olga Petrova", "Carlos Lima", "Mei Chen"]
HOSTS = ["shop", "api", "login", "staging", "files", "db", "cache", "ci", "mail", "hooks"]
NOUNS = [
    "basket",
    "voucher",
    "checkout",
    "invoice",
    "banner",
    "menu",
    "filter",
    "order",
    "profile",
    "search",
    "dialog",
    "slider",
    "carousel",
]
LOUD = "!#$%&()*+,-./:;<=>?@[]^_{|}~"


def password(rng: Random) -> str:
    """A password that can stand without quotation marks."""
    word, digits = rng.choice(SECRET_WORDS), "".join(rng.choices("0123456789", k=rng.randint(2, 4)))
    match rng.randrange(6):
        case 0:
            return f"{word}-{digits}"
        case 1:
            return f"{word.lower()}{digits}!"
        case 2:
            return f"{word}{rng.choice('#_+=')}{rng.choice(SECRET_WORDS)}{digits}"
        case 3:
            return f"{word[0]}{digits[0]}{word[2:]}_{digits}{rng.choice('?!')}"
        case 4:
            return f"{digits}{word}{rng.choice('#*+')}{digits[0]}"
        case _:
            inside = rng.choices(BASE62, k=rng.randint(7, 11)) + rng.choices("0123456789", k=2)
            rng.shuffle(inside)
            return rng.choice(string.ascii_letters) + "".join(inside)


def strong(rng: Random) -> str:
    """A password as a manager makes it, with any mark but quotation marks and backslashes."""
    inside = [*rng.choices(BASE62, k=rng.randint(9, 13)), *rng.choices(LOUD, k=rng.randint(2, 4)), "7", "k"]
    rng.shuffle(inside)
    return rng.choice(string.ascii_letters) + "".join(inside) + rng.choice(string.digits)


def characters(rng: Random, alphabet: str, count: str) -> str:
    """Random characters, at least one of them a digit where the alphabet has digits."""
    made = rng.choices(alphabet, k=int(count))
    digits = [c for c in alphabet if c.isdigit()]
    if digits and len(made) > 6:
        made[rng.randrange(len(made) // 2, len(made))] = rng.choice(digits)
    return "".join(made)


def block(rng: Random, lines: int = 6) -> str:
    """The body of a key, in lines."""
    return "\n".join(characters(rng, BASE62 + "+/", "64") for _ in range(lines))


def pem(rng: Random, kind: str) -> str:
    """A key in its block, with real line ends."""
    return f"-----BEGIN {kind}-----\n\xab{block(rng)}\xbb\n-----END {kind}-----"


def written(rng: Random, kind: str) -> str:
    """A key in its block, with the two characters backslash and n for line ends."""
    return pem(rng, kind).replace("\n", "\\n")


def jwt(rng: Random, _: str = "") -> str:
    """A JSON web token."""
    claims = json.dumps({"sub": str(rng.randrange(10**9)), "name": rng.choice(NAMES)}).encode()
    parts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256","typ":"JWT"}', claims)]
    return ".".join([*parts, characters(rng, BASE62 + "-_", "43")])


def basic(rng: Random, _: str = "") -> str:
    """A user and a password as basic authentication sends them."""
    return base64.b64encode(f"{rng.choice(USERS)}:{password(rng)}".encode()).decode()


def encoded_json(rng: Random, _: str = "") -> str:
    """A login as base64 of its JSON; the secret is the whole."""
    return base64.b64encode(json.dumps({"user": rng.choice(USERS), "password": password(rng)}).encode()).decode()


def percent_json(rng: Random, _: str = "") -> str:
    """A login as JSON in percent encoding, with the secret marked."""
    before, after = json.dumps({"user": rng.choice(USERS), "password": "|", "remember": True}).split("|")
    return f"{quote(before)}\xab{quote(password(rng))}\xbb{quote(after)}"


def held_secrets(seed: str) -> list[str]:
    """The credentials that the redactor of one half holds."""
    rng = Random(f"{seed}/held")  # not for secrets of anyone
    return [
        characters(rng, BASE62, "32"),
        "tk-" + characters(rng, "abcdef0123456789", "28"),
        characters(rng, BASE62, "20") + "+/q&" + characters(rng, BASE62, "12"),
        f"{rng.choice(SECRET_WORDS)}#{rng.randrange(1000, 9999)}<x>{rng.choice(SECRET_WORDS)}",
        characters(rng, BASE62 + "-_", "40"),
    ]


Maker = Callable[[Random, str], str]


_UNFIT = {"url": "#%&+=?/@:<>[]{}|^$,;()", "xml": "<>&"}


def _fit(value: str, place: str) -> str:
    return "".join("-" if c in _UNFIT.get(place, "") else c for c in value)


def _of(choices: tuple[str, ...] | list[str]) -> Maker:
    return lambda rng, _: rng.choice(choices)


def _in(alphabet: str) -> Maker:
    return lambda rng, count: characters(rng, alphabet, count)


def _uuid(rng: Random, _: str) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _number(rng: Random, digits: str) -> str:
    size = int(digits or 2)
    return str(rng.randrange(10 ** (size - 1), 10**size))


MAKERS: dict[str, Maker] = {
    "none": lambda rng, _: "",  # keeps the texts from looking like a key where they are stored
    "pw": lambda rng, place: _fit(password(rng), place),
    "strong": lambda rng, place: _fit(strong(rng), place),
    "word": _of(LOWER_WORDS),
    "phrase": lambda rng, _: " ".join(rng.sample(LOWER_WORDS, rng.randint(3, 4))),
    "digits": _in("0123456789"),
    "hex": _in("0123456789abcdef"),
    "HEX": _in("0123456789ABCDEF"),
    "b62": _in(BASE62),
    "letters": _in(string.ascii_letters),
    "b64": _in(BASE62 + "+/"),
    "b64u": _in(BASE62 + "-_"),
    "low36": _in(string.ascii_lowercase + string.digits),
    "up36": _in(string.ascii_uppercase + string.digits),
    "b32": _in("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "bech": _in("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "uuid": _uuid,
    "pem": pem,
    "pemline": written,
    "keybody": lambda rng, lines: block(rng, int(lines)),
    "jwt": jwt,
    "basic": basic,
    "json64": encoded_json,
    "jsonpct": percent_json,
    "user": _of(USERS),
    "name": _of(NAMES),
    "email": lambda rng, _: f"{rng.choice(USERS)}@{rng.choice(HOSTS)}.example.test",
    "host": lambda rng, _: f"{rng.choice(HOSTS)}{rng.choice(['', '-1', '2'])}.example.test",
    "noun": _of(NOUNS),
    "n": _number,
    "date": lambda rng, _: f"20{rng.randint(21, 27)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "time": lambda rng, _: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}",
    "version": lambda rng, _: f"{rng.randint(0, 20)}.{rng.randint(0, 40)}.{rng.randint(0, 9)}",
    "issue": lambda rng, _: f"{rng.choice(['SHOP', 'QA', 'WEB', 'APP'])}-{rng.randrange(1, 9999)}",
}
