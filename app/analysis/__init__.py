"""Statistics: arrays and records in, frozen results out; no session, no files.

Usable on votes from anywhere: `rank(votes_from(DataFrame))` for battles with the columns model_a,
model_b and winner or for Triptych's long table, `rank(votes_of([Vote("a", "b", 1.0, ...), ...]))`
for records. Tokens of a tuned variant under its base likewise: `shift_shares(tokens_from(frame))`;
all that is said of them is in `app.analysis.tokens`.
"""

from app.analysis.agreement import Agreement, Measurement, alpha, preference_alpha
from app.analysis.bias import (
    SlotBalance,
    Times,
    left_share,
    longer_share,
    self_identification,
    slot_balance,
    times,
)
from app.analysis.blinding import Blinding, Naming, blinding
from app.analysis.bradley_terry import Ranking, rank
from app.analysis.contrasts import Contrasts
from app.analysis.frames import ScoreRows, scores_from, votes_from
from app.analysis.graph import Standing, standing
from app.analysis.guesses import (
    Accuracy,
    ToldApart,
    bang_indices,
    guess_accuracy,
    james_index,
    told_apart,
)
from app.analysis.intervals import Estimate, clustered_mean, clustered_share
from app.analysis.ledgers import CrossTable, Place, cross_table, plane
from app.analysis.pairs import PairCounts, pair_table
from app.analysis.power import Detectable, prompts_needed, smallest_detectable
from app.analysis.raters import RaterReport, rater_reports
from app.analysis.scores import Scores, score_table
from app.analysis.strengths import Strength
from app.analysis.style import Coefficient, StyleResult, style_control
from app.analysis.ties import TieModel, tie_models
from app.analysis.tokens import ScoredAnswer, Shift, Tokens, shift_shares, tokens_from, tokens_of
from app.analysis.votes import Side, Vote, Votes, votes_of

__all__ = [
    "Accuracy",
    "Agreement",
    "Blinding",
    "Coefficient",
    "Contrasts",
    "CrossTable",
    "Detectable",
    "Estimate",
    "Measurement",
    "Naming",
    "PairCounts",
    "Place",
    "Ranking",
    "RaterReport",
    "ScoreRows",
    "ScoredAnswer",
    "Scores",
    "Shift",
    "Side",
    "SlotBalance",
    "Standing",
    "Strength",
    "StyleResult",
    "TieModel",
    "Times",
    "Tokens",
    "ToldApart",
    "Vote",
    "Votes",
    "alpha",
    "bang_indices",
    "blinding",
    "clustered_mean",
    "clustered_share",
    "cross_table",
    "guess_accuracy",
    "james_index",
    "left_share",
    "longer_share",
    "pair_table",
    "plane",
    "preference_alpha",
    "prompts_needed",
    "rank",
    "rater_reports",
    "score_table",
    "scores_from",
    "self_identification",
    "shift_shares",
    "slot_balance",
    "smallest_detectable",
    "standing",
    "style_control",
    "tie_models",
    "times",
    "tokens_from",
    "tokens_of",
    "told_apart",
    "votes_from",
    "votes_of",
]
