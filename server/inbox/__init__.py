"""The inbox: receives events over HTTP, stores them durably, and notifies subscribers."""
