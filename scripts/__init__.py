"""What makes and checks an installation; no part of the application."""
