"""Family B: the web app's JSON:API, by the JWT of a login."""
