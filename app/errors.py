"""The one family of errors that Triptych raises on purpose.

Each says what is wrong (message), what to do next (hint) and which HTTP status fits. They are
rendered once per audience: page, fragment, JSON (`app.web.errors`) and terminal (`app.cli`).
"""


class AppError(Exception):
    """Something a person can act on; never shown as a traceback."""

    status = 400

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class NotFound(AppError):
    """What was asked for does not exist, or must not be known to exist."""

    status = 404


class Forbidden(AppError):
    """The person is known but may not do this."""

    status = 403


class SignInRequired(AppError):
    """Nobody is signed in, or the link is no longer valid."""

    status = 401


class Conflict(AppError):
    """The request is sound, but not in the present state (a closed study, a taken name)."""

    status = 409


class Problem:
    """One thing wrong at one place of a person's file: where, what, and what to do."""

    __slots__ = ("hint", "message", "where")

    def __init__(self, where: str, message: str, hint: str | None = None) -> None:
        self.where = where
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        return f"{text} {self.hint}" if self.hint else text


class InvalidInput(AppError):
    """A file or form with one or more problems, all of them listed."""

    status = 422

    def __init__(self, message: str, problems: list[Problem], *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {p}" for p in self.problems)])


class EngineError(AppError):
    """An engine could not start, died or refused; `log_tail` and `command` tell the story.

    `fatal` means that starting again cannot help (bad path, rank too large, port taken).
    """

    status = 503

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        fatal: bool = False,
        command: str | None = None,
        log_tail: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.fatal = fatal
        self.command = command
        self.log_tail = log_tail
