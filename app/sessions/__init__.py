"""A rater's session around the judging: joining, consent, questions, rest, the way out."""

from app.sessions.joining import join, link_of_nonce, make_link, remove_link
from app.sessions.replies import GUESSES, has_replied, questions_of, reply
from app.sessions.steps import Next, Step, consent, next_step, step_ahead
from app.sessions.summary import QuestionSummary, latest_replies, reply_summary

__all__ = [
    "GUESSES",
    "Next",
    "QuestionSummary",
    "Step",
    "consent",
    "has_replied",
    "join",
    "latest_replies",
    "link_of_nonce",
    "make_link",
    "next_step",
    "questions_of",
    "remove_link",
    "reply",
    "reply_summary",
    "step_ahead",
]
