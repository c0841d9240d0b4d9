"""Planning across platforms: what is known about a change, before anybody decides what to test."""
