"""Published programs of the vendors, each in a real exchange with the sandbox: `make clients`."""
