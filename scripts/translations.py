"""Brings app/locales/*.po in line with the texts of the code: `make translations`.

New texts come in without a translation, texts that are gone leave; `tests/test_translations.py`
says what is still to be translated.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.i18n"}}


def extract() -> Catalog:
    """Every text that is to be translated, with the files it stands in."""
    catalog = Catalog(project="Triptych", fuzzy=False)
    for folder in ("app", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            method_map=[(pattern.removeprefix(f"{folder}/"), how) for pattern, how in METHODS],
            options_map={
                pattern.removeprefix(f"{folder}/"): options for pattern, options in OPTIONS.items()
            },
            keywords={"_": None, "gettext": None, "ngettext": (1, 2), "words": None},
        )
        for file, _line, message, comments, _context in found:
            # No line numbers: they would change with every edit.
            catalog.add(message, locations=[(f"{folder}/{file}", 0)], auto_comments=comments)
    return catalog


def update(path: Path) -> None:
    catalog = read_po(BytesIO(path.read_bytes()), locale=path.stem)
    catalog.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    texts = BytesIO()
    write_po(texts, catalog, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    path.write_bytes(_header(path) + texts.getvalue())


def _header(path: Path) -> bytes:
    """The file as it begins: Babel's own header has dates that change every time."""
    return path.read_bytes().split(b"\n\n")[0] + b"\n\n"


if __name__ == "__main__":
    for path in sorted((ROOT / "app/locales").glob("*.po")):
        update(path)
        print(f"{path.relative_to(ROOT)} is up to date")
