"""Statistics: arrays and records in, frozen results out; no session, no files.

Usable on votes from anywhere: `rank(votes_of([Vote("a", "b", 1.0, prompt, rater), ...]))`.
"""

from app.analysis.bradley_terry import Ranking, Strength, rank
from app.analysis.graph import Standing, standing
from app.analysis.intervals import Estimate, clustered_mean, clustered_share
from app.analysis.votes import Side, Vote, Votes, votes_of

__all__ = [
    "Estimate",
    "Ranking",
    "Side",
    "Standing",
    "Strength",
    "Vote",
    "Votes",
    "clustered_mean",
    "clustered_share",
    "rank",
    "standing",
    "votes_of",
]
