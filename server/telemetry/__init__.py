"""Traces, metrics and a log of calls, without names, texts or secrets that a client sent."""
