"""Acts: what the demonstration plays in this story."""

from tools.kit.sandbox.stage import Act

ACTS: tuple[Act, ...] = ()
