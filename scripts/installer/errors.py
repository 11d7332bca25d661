"""The one way in which setting up fails."""


class SetupError(Exception):
    """What went wrong and what to do next; shown without a traceback."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}\n{hint}")
        self.message = message
        self.hint = hint
