"""The formats of trackers, each made from the same document."""
