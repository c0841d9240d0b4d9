"""Faults: what a network and a platform can do to a request, and what must hold whatever they do."""
