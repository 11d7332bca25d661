"""The miniature world: demo models that anyone can build and compare in minutes."""
