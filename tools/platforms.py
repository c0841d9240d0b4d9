"""The list of platforms."""

from tools.kit.platform import Platform
from tools.testery.platform import testery
from tools.testio.platform import testio

PLATFORMS: tuple[Platform, ...] = (testio, testery)
