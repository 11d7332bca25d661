"""Reports of a study: one HTML file, or a folder of Markdown and figures; methods filled in."""

from app.reports.compose import evidence_of, report_of
from app.reports.document import Report
from app.reports.folder import PAGE, TEXT, write_report
from app.reports.page import html_of

__all__ = ["PAGE", "TEXT", "Report", "evidence_of", "html_of", "report_of", "write_report"]
