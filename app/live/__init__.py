"""The live comparison: one typed prompt, all answers at once, a vote, then the reveal.

Blind by construction: until the vote, `LivePage` holds nothing but texts and slot numbers.
"""

from app.live.ask import LiveForm, ask, fail_waiting
from app.live.gather import gather
from app.live.page import BlindAnswer, LivePage, Revealed, live_page, recent
from app.live.votes import PairTally, live_tally, vote

__all__ = [
    "BlindAnswer",
    "LiveForm",
    "LivePage",
    "PairTally",
    "Revealed",
    "ask",
    "fail_waiting",
    "gather",
    "live_page",
    "live_tally",
    "recent",
    "vote",
]
