"""Screens: one module per screen. Routes parse and render; domain modules decide and query."""
