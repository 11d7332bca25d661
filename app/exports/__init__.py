"""Files to take away: each format is a folder with a manifest of what it holds and leaves out."""

from app.exports.folder import write_export, zip_export
from app.exports.formats import FORMATS
from app.exports.kinds import suffix
from app.exports.shapes import ExportFormat, Option

__all__ = ["FORMATS", "ExportFormat", "Option", "suffix", "write_export", "zip_export"]
