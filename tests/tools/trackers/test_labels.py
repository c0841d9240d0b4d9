"""Labels: a tracker without them is asked for none, and says so."""

from pathlib import Path

import pytest

from server.settings import SettingsError
from server.tracker_command import _section_of
from tests.desk import settings
from tests.trackers import DEFECT, bench
from tools.trackers.drafts import draft
from tools.trackers.listed import TRACKERS, load
from tools.trackers.questions import of_one

pytestmark = pytest.mark.anyio

WITHOUT = [key for key in TRACKERS if not load(key).takes_labels]


def section(path: Path, kind: str) -> dict[str, str]:
    file = path / "testdesk.toml"
    file.write_text(f'[trackers.web]\nkind = "{kind}"\nlabels = ["bug"]\n')
    return {"TESTDESK_CONFIG": str(file)}


@pytest.mark.parametrize("key", WITHOUT)
async def test_nothing_speaks_of_labels_that_are_not_set(key: str, tmp_path: Path) -> None:
    async with bench(key) as tracker:
        drafted = draft(DEFECT, tracker.setup)
        assert drafted.draft.labels == ()
        assert "Labels" not in await of_one(tracker.api, "testio:88101", DEFECT, drafted, marks=False)
    assert not [line for line in _section_of(key) if "labels" in line]
    with pytest.raises(SettingsError, match=rf"labels cannot be set: issues of {load(key).title}"):
        settings(section(tmp_path, key))


async def test_a_tracker_with_labels_takes_those_of_its_section(tmp_path: Path) -> None:
    read = settings(section(tmp_path, "github"))
    assert read.trackers["web"].setup.labels == ("bug",)
    assert '# labels = ["bug"]' in _section_of("github")
