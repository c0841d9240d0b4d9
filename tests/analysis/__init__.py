"""The analysis, measured and tested: duplicates, clusters, statistics, periods."""
