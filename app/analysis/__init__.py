"""Statistics: arrays and records in, frozen results out; no session, no files.

Usable on votes from anywhere: `rank(votes_of([Vote("a", "b", 1.0, prompt, rater), ...]))`.
"""

from app.analysis.bradley_terry import Ranking, rank
from app.analysis.contrasts import Contrasts
from app.analysis.frames import ScoreRows, scores_from, votes_from
from app.analysis.graph import Standing, standing
from app.analysis.intervals import Estimate, clustered_mean, clustered_share
from app.analysis.ledgers import CrossTable, Place, cross_table, plane
from app.analysis.pairs import PairCounts, pair_table
from app.analysis.power import Detectable, prompts_needed, smallest_detectable
from app.analysis.scores import Scores, score_table
from app.analysis.strengths import Strength
from app.analysis.style import Coefficient, StyleResult, style_control
from app.analysis.ties import TieModel, tie_models
from app.analysis.votes import Side, Vote, Votes, votes_of

__all__ = [
    "Coefficient",
    "Contrasts",
    "CrossTable",
    "Detectable",
    "Estimate",
    "PairCounts",
    "Place",
    "Ranking",
    "ScoreRows",
    "Scores",
    "Side",
    "Standing",
    "Strength",
    "StyleResult",
    "TieModel",
    "Vote",
    "Votes",
    "clustered_mean",
    "clustered_share",
    "cross_table",
    "pair_table",
    "plane",
    "prompts_needed",
    "rank",
    "score_table",
    "scores_from",
    "smallest_detectable",
    "standing",
    "style_control",
    "tie_models",
    "votes_from",
    "votes_of",
]
