"""The list of platforms."""

from tools.kit.platform import Platform
from tools.testery.platform import testery
from tools.testio.platform import testio
from tools.testsigma.platform import testsigma

PLATFORMS: tuple[Platform, ...] = (testio, testery, testsigma)
