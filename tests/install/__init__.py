"""Follows the page on installing literally, as a new user would, and with the hosts' own programs."""
