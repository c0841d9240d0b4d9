"""The fake APIs of trackers, one file each."""
