"""What an answer has from the set that its variant was trained on: the index, the search, sums."""

from app.borrowing.find import Found, Phrase, count_near, find_borrowing
from app.borrowing.index import NEAREST, InstructionIndex, Near, open_index
from app.borrowing.instances import Instance, fingerprint_of, read_instances
from app.borrowing.report import (
    BorrowingReport,
    Contrast,
    borrowed_when,
    others_by_chance,
    report_borrowing,
)

__all__ = [
    "NEAREST",
    "BorrowingReport",
    "Contrast",
    "Found",
    "Instance",
    "InstructionIndex",
    "Near",
    "Phrase",
    "borrowed_when",
    "count_near",
    "find_borrowing",
    "fingerprint_of",
    "open_index",
    "others_by_chance",
    "read_instances",
    "report_borrowing",
]
