"""What redacting a long log costs: 1 MB of lines as servers write them, with a password now and then."""

import time
from random import Random

from server.guards.redact import Redactor
from tests.bench.figures import Figure, Limit, Samples

SIZE = 1_000_000
HELD = ("tok-5f1e9a7733c0ffee", "a-second-credential-0815", "a-third-credential-4711")
USERS = ("ada", "grace", "svc_ci", "kim")


def redaction(repetitions: int) -> list[Figure]:
    """The time of the processor, which hardly feels what else the machine does."""
    redact, text, samples = Redactor(HELD), log(SIZE), Samples()
    redact(text[: SIZE // 100])
    for _ in range(repetitions):
        before = time.process_time()
        redact(text)
        samples.add(time.process_time() - before)
    low, high = samples.quartiles
    return [
        Figure(
            "redaction",
            "redacting 1 MB of log",
            "ms",
            samples.median * 1000,
            limit=Limit(ours=500),
            spread=(low * 1000, high * 1000),
            note=f"{len(text) / 1e6 / samples.median:.1f} MB/s of processor time",
        )
    ]


def log(size: int) -> str:
    """A log of so many characters, the same each time."""
    rng, lines, length = Random(7), list[str](), 0
    while length < size:
        lines.append(_line(rng))
        length += len(lines[-1]) + 1
    return "\n".join(lines)[:size]


def _line(rng: Random) -> str:
    at = f"2026-11-{rng.randrange(1, 28):02}T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}.000Z"
    user, number = rng.choice(USERS), rng.randrange(10**6)
    match rng.randrange(20):
        case 0:
            return f"{at} DEBUG login user={user} password=Hafen-{number} ok=true"
        case 1 | 2:
            return f"{at} WARN  [auth] token refresh for session {rng.getrandbits(32):08x} took {number} ms"
        case 3 | 4 | 5:
            return f"    at com.example.shop.checkout.PaymentService.charge(PaymentService.java:{number})"
        case 6 | 7 | 8:
            return f'10.0.3.{number % 256} - - [{at}] "POST /login HTTP/1.1" 302 "https://shop.example.test/" "Mozilla"'
        case 9 | 10 | 11 | 12:
            return (
                f"{at} DEBUG [worker-{number % 8}] c.e.shop.Basket - user {number} added item {number % 97} (9.90 EUR)"
            )
        case _:
            return (
                f"{at} INFO  [http-{number % 8}] GET /api/v1/orders/{number}?page={number % 9}&sort=price 200 "
                f"{number % 900}ms user={user} request={rng.getrandbits(64):016x}"
            )
