"""What platforms push to us: kept durably, received over HTTP, told to whoever listens."""
