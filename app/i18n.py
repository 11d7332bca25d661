"""The rater's language: texts of raters' pages, translated by gettext catalogues in app/locales.

The admin's pages are English. Whoever adds a language adds its .po file and a line in LANGUAGES.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = {"en": "English", "de": "Deutsch"}
SOURCE = "en"
FOLDER = Path(__file__).with_name("locales")

_current: ContextVar[str] = ContextVar("language", default=SOURCE)


def current_language() -> str:
    return _current.get()


def is_right_to_left(language: str) -> bool:
    return Locale.parse(language).text_direction == "rtl"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Every text until the end of the block is in `language`, in this task and its threads."""
    token = _current.set(language if language in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str) -> str:
    return catalogue(_current.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    return catalogue(_current.get()).ngettext(singular, plural, n)


def preferred(accept_language: str) -> str:
    """Of LANGUAGES, what a browser's Accept-Language header asks for first."""
    wanted = [part.split(";")[0].strip() for part in _by_quality(accept_language)]
    found = negotiate_locale(wanted, list(LANGUAGES), sep="-")
    return found if found in LANGUAGES else SOURCE


def _by_quality(header: str) -> list[str]:
    parts = [part for part in header.split(",") if part.strip()]
    return sorted(parts, key=_quality, reverse=True)


def _quality(part: str) -> float:
    _, _, quality = part.partition("q=")
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts of one language; those of the source language are the messages themselves."""
    path = FOLDER / f"{language}.po"
    if language == SOURCE or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
