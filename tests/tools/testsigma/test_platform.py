"""How Testsigma is configured: one of two keys, a region or an address."""

import pytest

from server.settings import SettingsError, read_settings
from tests.desk import client_of
from tools.platforms import PLATFORMS
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.platform import REGIONS, probe

KEY = {"TESTSIGMA_API_TOKEN": "eyJ.a.b"}


@pytest.mark.parametrize("name", ["TESTSIGMA_API_TOKEN", "TEST_MANAGEMENT_API_TOKEN"])
def test_either_key_is_enough(name: str) -> None:
    told = read_settings(PLATFORMS, {name: "eyJ.a.b"}).platforms["testsigma"]
    assert told.is_configured
    assert told.base_url == "https://arcus.testsigma.com/api/v1"


def test_without_a_key_the_first_is_asked_for() -> None:
    assert read_settings(PLATFORMS, {}).platforms["testsigma"].missing == ("TESTSIGMA_API_TOKEN",)


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("us", "https://arcus.testsigma.com/api/v1"),
        ("IN", "https://arcus-in.testsigma.com/api/v1"),
        ("eu", "https://arcus-eu.testsigma.com/api/v1"),
    ],
)
def test_a_region_means_an_address(region: str, address: str) -> None:
    told = read_settings(PLATFORMS, KEY | {"TESTSIGMA_REGION": region}).platforms["testsigma"]
    assert told.base_url == address


def test_an_address_goes_before_a_region() -> None:
    given = KEY | {"TESTSIGMA_REGION": "eu", "TESTSIGMA_BASE_URL": "https://tms.example.test/api/v1/"}
    assert read_settings(PLATFORMS, given).platforms["testsigma"].base_url == "https://tms.example.test/api/v1"


def test_another_region_is_refused_with_the_list() -> None:
    with pytest.raises(SettingsError, match="TESTSIGMA_REGION is 'apac'; it can be us, in, eu"):
        read_settings(PLATFORMS, KEY | {"TESTSIGMA_REGION": "apac"})
    assert list(REGIONS) == ["us", "in", "eu"]


def test_a_sandbox_knows_neither_a_real_key_nor_a_real_user() -> None:
    given = KEY | {"TESTSIGMA_USER": "real@shop.example.test"}
    told = read_settings(PLATFORMS, given, sandbox=True).platforms["testsigma"]
    assert told.credentials["TESTSIGMA_API_TOKEN"].get_secret_value() == "sandbox-testsigma-credential"
    assert told.values["TESTSIGMA_USER"] == ""


@pytest.mark.anyio
async def test_the_smallest_read_shows_what_a_key_sees() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        assert await probe(api) == "2 projects visible"
