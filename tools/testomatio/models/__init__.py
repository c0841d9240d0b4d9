"""What Testomat.io answers, and what it is sent."""
