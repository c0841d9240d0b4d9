"""A container that does not exist: the refusal lists those that do."""

import pytest

from tests.trackers import bench
from tools.kit.errors import Refused
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("key", "option", "there"),
    [
        ("azure", "project", "Shop.*App"),
        ("bugzilla", "product", "Shop.*App"),
        ("gitea", "repository", "harbour/shop.*harbour/app"),
        ("gitlab", "project", "harbour/shop.*harbour/app"),
        ("openproject", "project", "shop.*app"),
    ],
)
async def test_a_container_that_does_not_exist_is_refused_with_those_there_are(
    key: str, option: str, there: str
) -> None:
    async with bench(key, values={option: "harbour/nothing"}) as tracker:
        with pytest.raises(Refused, match=rf"{option} .*harbour/nothing.* does not exist.*there is .*{there}"):
            await hand_over(tracker.work())
        if key != "bugzilla":  # its check names the product as one in which the user may not enter bugs
            with pytest.raises(Refused, match=rf"there is .*{there}"):
                await tracker.setup.tracker.check.function(tracker.api)
