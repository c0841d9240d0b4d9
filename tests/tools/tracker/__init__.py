"""The tools of trackers, as the tests over all tools call them."""
