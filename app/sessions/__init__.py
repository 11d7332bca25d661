"""A rater's session around the judging: joining, consent, questions, rest, the way out."""

from app.sessions.guesses import MOST_ITEMS, GuessRow, items_to_guess, read_guesses
from app.sessions.joining import join, link_of_nonce, make_link, remove_link
from app.sessions.replies import GUESSES, has_replied, questions_of, reply
from app.sessions.steps import Next, Step, consent, next_step, step_ahead
from app.sessions.summary import QuestionSummary, latest_replies, reply_summary

__all__ = [
    "GUESSES",
    "MOST_ITEMS",
    "GuessRow",
    "Next",
    "QuestionSummary",
    "Step",
    "consent",
    "has_replied",
    "items_to_guess",
    "join",
    "latest_replies",
    "link_of_nonce",
    "make_link",
    "next_step",
    "questions_of",
    "read_guesses",
    "remove_link",
    "reply",
    "reply_summary",
    "step_ahead",
]
