"""The HTTP face: sign-in routes and health. Parse, call a service, answer."""
