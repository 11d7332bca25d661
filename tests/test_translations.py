"""The rater's languages: chosen by the browser, complete, and in line with the code."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app.i18n import FOLDER, LANGUAGES, SOURCE, gettext, ngettext, preferred, speaking
from scripts.translations import extract

OTHERS = [language for language in LANGUAGES if language != SOURCE]
FILES = sorted(FOLDER.glob("*.po"))


def messages(path: Path) -> dict[object, Message]:
    with path.open("rb") as file:
        return {message.id: message for message in read_po(file) if message.id}


def test_every_language_has_its_file() -> None:
    assert [path.stem for path in FILES] == sorted(OTHERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_catalogue_holds_the_texts_of_the_code(path: Path) -> None:
    """`make translations` brings it in line."""
    assert set(messages(path)) == {message.id for message in extract() if message.id}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_is_translated_with_the_same_placeholders(path: Path) -> None:
    for message in messages(path).values():
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        assert all(strings), f"not translated: {message.id}"
        assert not message.fuzzy, message.id
        wanted = set(re.findall(r"%\(\w+\)s", ids[-1]))
        assert all(set(re.findall(r"%\(\w+\)s", text)) <= wanted for text in strings), message.id
        assert set(re.findall(r"%\(\w+\)s", strings[-1])) == wanted, message.id


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-US,en;q=0.9,de;q=0.1", "en"),
        ("fr,de;q=0.3", "de"),
        ("fr", "en"),
        ("", "en"),
        ("de;q=nonsense, *", "de"),
    ],
)
def test_the_browser_chooses(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_language_is_spoken_until_the_end_of_the_block() -> None:
    with speaking("de"):
        assert gettext("This study is closed") == "Diese Studie ist geschlossen"
        assert ngettext("one", "many", 2) == "many"
    assert gettext("This study is closed") == "This study is closed"


SCRIPTS = Path(__file__).resolve().parents[1] / "static/js/rate"


def test_scripts_say_what_the_page_hands_them() -> None:
    """A text of a script that is not listed would stay English."""
    said = "".join(path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.js")))
    spoken = set(re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)+)"', said))
    partial = SCRIPTS.parents[2] / "templates/rate/texts.html"
    listed = set(re.findall(r'words\("((?:[^"\\]|\\.)+)"\)', partial.read_text(encoding="utf-8")))
    assert spoken <= listed
    assert all(f'"{text}"' in said for text in listed - {"low", "high"})
