"""A folder appears whole or not at all: written beside its place, then renamed."""

import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from app.errors import AppError, Conflict, NotFound
from app.exports.files import slug, write_json
from app.exports.formats import FORMATS
from app.exports.kinds import kind_of, readme, suffix
from app.exports.manifest import manifest
from app.exports.material import read_material
from app.exports.shapes import ExportFormat
from app.tables import Study


def write_export(
    session: Session, study: Study, format_name: str, folder: Path, /, **options: str
) -> Path:
    """Writes the export into `folder`, which is made; returns it.

    Positional, so that no name of an option, which people type, can be taken for a parameter.
    Raises NotFound (format), AppError (option, folder cannot be written), Conflict (the folder
    has something in it, or nothing has been judged).
    """
    export = _format(format_name)
    settled = export.settle(options)
    require_free(folder)
    material = read_material(session, study, kind_of(settled), with_lens=export.reads_lens)
    with whole_folder(folder) as place:
        written = export.write(material, place, settled)
        content = manifest(session, export, settled, material, written, place)
        write_json(place / "manifest.json", content)
        if text := readme(material.kind):
            (place / "README.md").write_text(text, encoding="utf-8")
    return folder


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A place to write into that becomes `folder` at the end; if anything fails, nothing is left.

    Raises what `require_free` raises, AppError where it cannot be written.
    """
    require_free(folder)
    sibling = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    try:
        sibling.mkdir(parents=True)
        yield sibling
        sibling.rename(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(sibling, ignore_errors=True)


def zip_export(session: Session, study: Study, format_name: str, /, **options: str) -> bytes:
    """The same folder as a ZIP file. Raises what `write_export` raises."""
    ending = suffix(_format(format_name).settle(options))
    with tempfile.TemporaryDirectory(prefix="triptych-export-") as temporary:
        name = f"{slug(study.name) or 'study'}-{format_name}{ending}"
        folder = write_export(session, study, format_name, Path(temporary) / name, **options)
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, f"{name}/{path.name}")
        return buffer.getvalue()


def _format(name: str) -> ExportFormat:
    if name not in FORMATS:
        raise NotFound(f"There is no export format '{name}'.", hint=f"Known: {', '.join(FORMATS)}.")
    return FORMATS[name]


def require_free(folder: Path) -> None:
    """Raises Conflict where something is there, AppError where that cannot be known."""
    try:
        occupied = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    if occupied:
        raise Conflict(
            f"{folder} exists already and is not an empty folder.",
            hint="Name a new folder: nothing is ever overwritten.",
        )


def _cannot_write(folder: Path, error: OSError) -> AppError:
    return AppError(
        f"The folder {folder} cannot be written: {error.strerror or error}.",
        hint="Choose a folder that you may write to, on a disk with free space.",
    )
