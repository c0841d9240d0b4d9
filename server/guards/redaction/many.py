"""The credentials of many people, of which a text is compared only with those that it can contain."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from server.guards.redaction.folding import fold
from server.guards.redaction.held import HeldSecrets
from server.guards.redaction.spans import Span

MOST: Final = 4_000
"""Secrets that are remembered; of more the newest ones."""
_GRAM: Final = 4
"""Characters of the pieces by which secrets are looked up; no form of a secret is shorter."""


class ManySecrets:
    """Secrets that come and go while texts are redacted."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[str, tuple[HeldSecrets, frozenset[str]]] = OrderedDict()
        self._by_gram: dict[str, set[str]] = {}
        self.version = 0
        """Grows with each change, for whoever keeps what was found."""

    def add(self, secrets: Iterable[str]) -> None:
        """Remember secrets. None is forgotten because it was withdrawn: answers with it can still be on their way."""
        for secret in secrets:
            if secret in self._held:
                self._held.move_to_end(secret)
                continue
            held = HeldSecrets([secret])
            grams = frozenset(needle[-_GRAM:] for needle in held.needles())
            self._held[secret] = held, grams
            for gram in grams:
                self._by_gram.setdefault(gram, set()).add(secret)
            self.version += 1
            if len(self._held) > self._most:
                self._forget()

    def spans(self, text: str) -> list[Span]:
        """The places of a text where one of them stands, in any order."""
        if not self._held:
            return []
        lower = fold(text).lower()
        grams = {lower[at : at + _GRAM] for at in range(len(lower) - _GRAM + 1)}
        found = set[str]().union(*(self._by_gram[gram] for gram in grams & self._by_gram.keys()))
        return [span for secret in found for span in self._held[secret][0].spans(text)]

    def _forget(self) -> None:
        secret, (_, grams) = self._held.popitem(last=False)
        for gram in grams:
            self._by_gram[gram].discard(secret)
            if not self._by_gram[gram]:
                del self._by_gram[gram]
