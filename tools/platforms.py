"""The list of platforms."""

from tools.kit.platform import Platform
from tools.testio.platform import testio

PLATFORMS: tuple[Platform, ...] = (testio,)
