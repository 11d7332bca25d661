"""Raters at work: getting an item, judging it, going back, and how far they are."""

from app.ratings.access import Rater, enter
from app.ratings.form import RatingForm, keep_typed, parse_rating
from app.ratings.marks import parse_marks
from app.ratings.next import next_assignment, own_assignment
from app.ratings.preview import Previewed, preview
from app.ratings.progress import Place, place_of, rater_progress
from app.ratings.submit import record, submit

__all__ = [
    "Place",
    "Previewed",
    "Rater",
    "RatingForm",
    "enter",
    "keep_typed",
    "next_assignment",
    "own_assignment",
    "parse_marks",
    "parse_rating",
    "place_of",
    "preview",
    "rater_progress",
    "record",
    "submit",
]
