"""Analysis across platforms: look-alike bugs, failures in common, tests over time, statistics, and periods."""
