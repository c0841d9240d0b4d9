"""The words of a change: of its text and of the paths it touches, split, shortened to stems, and weighted."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from tools.kit.text import clean

MOST_WORDS: Final = 40
"""Words of a change that are looked for, the weightiest first."""
SHORTEST, LONGEST = 3, 30
"""Letters of a word; longer ones are digests and keys."""
OF_TEXT, OF_FILE, OF_FOLDER = 1.0, 0.8, 0.5
"""What a word of the text, of a file's name and of a folder's name counts."""

_WORD: Final = re.compile(r"[^\W_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ENDINGS: Final = ("ings", "ing", "ies", "ed", "es", "s", "e")
_STEM: Final = 3
"""Letters that remain of a word at least."""


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


COMMON: Final = _set_of(
    """
    about after again all also and any are because been before being both but can could did does done down each else
    etc for from had has have here how however into its just let like more most must new not now off old once one
    only onto other our out over own per same shall should since some still such than that the their them then there
    these they this those through too two until upon very via was were what when where whether which while who why
    will with within without would yet you your
    """
)
OF_CHANGES: Final = _set_of(
    """
    add adds added adding allow allows avoid bug bugs build bump bumps change changes changed chore clean cleanup
    close closes code commit config correct docs ensure feat feature features file files fix fixes fixed fixing
    handle handles hotfix implement improve improved initial instead issue issues lint main make makes master merge
    merged minor move moves moved now patch polish prepare pull refactor refactored release remove removes removed
    rename renames renamed replace request revert reverts rework simplify small support supports test tests ticket
    tidy todo tweak typo update updates updated upgrade use uses used using version wip
    """
)
"""What texts of most changes have, whatever they are about."""
OF_PATHS: Final = _set_of(
    """
    api app apps assets base bin class classes client cmd com common component components config configs conf const
    constants controller controllers core css data default dist doc docs entity entities feature features file files
    fixtures get global handler handlers helper helpers hook hooks html impl include index init internal interface
    java json kotlin lib libs main manager md migrations misc mock mocks model models module modules node org
    package packages page pages php pkg private prod project public python repository resources ruby sass schema
    schemas screen screens script scripts scss sdk server service services set shared snap snapshots spec specs sql
    src static store stories styles swift template templates test testing tests tools ts tsx type types typescript
    ui unit util utils vendor view views web widget widgets yaml yml
    """
)
"""What paths of most repositories have, whatever is in the files."""
_GENERATED: Final = re.compile(
    r"(?:^|/)(?:node_modules|vendor|dist|build|\.git|__pycache__|__snapshots__)/"
    r"|(?:^|/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|Cargo\.lock|go\.sum|Gemfile\.lock)$"
    r"|\.(?:lock|min\.js|min\.css|map|snap|png|jpe?g|gif|svg|ico|woff2?|pdf|zip)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the change, by the stem that it is compared by."""

    stem: str
    word: str
    """As it was first written, in lower case."""
    weight: float

    @property
    def part(self) -> str:
        """What all its forms contain, for a platform's own search."""
        return self.stem.removesuffix("y") if len(self.stem) > _STEM else self.stem


def stem_of(word: str) -> str:
    """A word without its ending, so that coupons is coupon and expired is expires."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM and not (ending == "s" and word.endswith("ss")):
            return f"{word[: -len(ending)]}y" if ending == "ies" else word[: -len(ending)]
    return word


def split_words(text: str) -> list[str]:
    """The words of a text in lower case; camelCase, snake_case and kebab-case are several."""
    # Not casefold: platforms are searched for these words, and it makes ss of the German sharp s.
    return [word.lower() for word in _WORD.findall(_CAMEL.sub(" ", clean(text)))]


def stems_in(text: str) -> frozenset[str]:
    """What the words of a text are compared by."""
    return frozenset(map(stem_of, split_words(text)))


def _telling(words: Iterable[str], *others: frozenset[str]) -> list[str]:
    left_out = COMMON.union(*others)
    return [w for w in words if SHORTEST <= len(w) <= LONGEST and w not in left_out and not any(map(str.isdigit, w))]


def is_generated(path: str) -> bool:
    """Whether a file's changes follow from those of others, or show nothing in their path."""
    return _GENERATED.search(path) is not None


def terms_of(text: str, paths: Sequence[str]) -> list[Term]:
    """The words to look for, the weightiest first.

    A word counts by the best place it was found in. A folder that most of the paths have says little, so it counts
    half; of equal words those that occur more often come first, then those that come first.
    """
    weights: dict[str, float] = {}
    written: dict[str, str] = {}
    counts: Counter[str] = Counter()

    def add(words: Iterable[str], weight: float) -> None:
        for word in words:
            stem = stem_of(word)
            written.setdefault(stem, word)
            weights[stem] = max(weights.get(stem, 0.0), weight)
            counts[stem] += 1

    add(_telling(split_words(text), OF_CHANGES), OF_TEXT)
    told = [path for path in paths if not is_generated(path)]
    folders = [_telling(split_words(folder), OF_PATHS) for folder in (path.rpartition("/")[0] for path in told)]
    shared = Counter(chain.from_iterable(map(frozenset, folders)))
    for path, inside in zip(told, folders, strict=True):
        name = path.rpartition("/")[2]
        add(_telling(split_words(name.partition(".")[0] or name), OF_PATHS, OF_CHANGES), OF_FILE)
        for word in inside:
            is_shared = len(told) > 3 and shared[word] > len(told) * 0.7
            add([word], OF_FOLDER / 2 if is_shared else OF_FOLDER)
    order = {stem: place for place, stem in enumerate(written)}
    ranked = sorted(weights, key=lambda stem: (-weights[stem], -counts[stem], order[stem]))
    return [Term(stem, written[stem], weights[stem]) for stem in ranked[:MOST_WORDS]]
