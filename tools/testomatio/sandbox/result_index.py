"""Result index: all results by run and by test."""

from collections.abc import Iterable, Iterator, Mapping

from tools.kit.sandbox.copies import copied
from tools.testomatio.sandbox.records import Testrun


class ResultIndex:
    """All results; those of a run in order of creation. One that was forked copies each result when it is read."""

    def __init__(self) -> None:
        self._all: dict[int, Testrun | None] = {}
        """By ID; None for one that is still to be copied."""
        self._by_run: dict[str, dict[int, None]] = {}
        self._by_test: dict[str, dict[int, None]] = {}
        self._origin: Mapping[int, Testrun | None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Testrun]:
        return self._each(self._all)

    def fork(self) -> "ResultIndex":
        """An index of copies of these results, which nobody may change any more."""
        forked = ResultIndex()
        forked._all = dict.fromkeys(self._all)
        forked._by_run = {run_id: dict(ids) for run_id, ids in self._by_run.items()}
        forked._by_test = {test_id: dict(ids) for test_id, ids in self._by_test.items()}
        forked._origin = self._all
        return forked

    def get(self, result_id: int) -> Testrun | None:
        return next(self._each([result_id]), None) if result_id in self._all else None

    def add(self, result: Testrun) -> Testrun:
        self._all[result.id] = result
        self._by_run.setdefault(result.run_id, {})[result.id] = None
        if result.test_id is not None:
            self._by_test.setdefault(result.test_id, {})[result.id] = None
        return result

    def drop(self, result: Testrun) -> None:
        del self._all[result.id], self._by_run[result.run_id][result.id]
        if result.test_id is not None:
            del self._by_test[result.test_id][result.id]

    def move(self, result: Testrun, *, run_id: str, test_id: str | None) -> None:
        """Move a result to another run or test."""
        self.drop(result)
        result.run_id, result.test_id = run_id, test_id
        self.add(result)

    def of_run(self, run_id: str) -> list[Testrun]:
        return list(self._each(self._by_run.get(run_id, {})))

    def of_test(self, test_id: str) -> list[Testrun]:
        return list(self._each(self._by_test.get(test_id, {})))

    def _each(self, ids: Iterable[int]) -> Iterator[Testrun]:
        for result_id in ids:
            result = self._all[result_id]
            if result is None:
                original = self._origin[result_id]
                assert original is not None  # noqa: S101 - what is forked was read or made there
                result = self._all[result_id] = copied(original)
            yield result
