"""The Testery API over HTTP."""
