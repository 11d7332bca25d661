"""Every table. Rows only: no queries and no rules beyond what the database itself enforces."""

from app.tables.columns import random_id, text_enum
from app.tables.guesses import Guess
from app.tables.judgements import (
    Assignment,
    Judgement,
    Mark,
    MarkKind,
    Outcome,
    Slot,
    SlotVerdict,
    Verdict,
)
from app.tables.judges import Judge, JudgeReply
from app.tables.lens import Borrowing, Lens, LensVariant, TokenShift
from app.tables.live import LiveAnswer, LiveComparison, LiveState
from app.tables.people import (
    Account,
    Entry,
    Invitation,
    Part,
    QuestionnaireReply,
    RaterKind,
    Role,
)
from app.tables.prompts import Prompt, PromptSet
from app.tables.runs import Response, Run, RunFailure, RunState, RunVariant, Variant, VariantKind
from app.tables.studies import (
    Coverage,
    Criterion,
    Design,
    Item,
    ItemKind,
    ItemResponse,
    ListedItem,
    Scale,
    Study,
    StudyState,
    StudyVariant,
    StudyVersion,
)

__all__ = [
    "Account",
    "Assignment",
    "Borrowing",
    "Coverage",
    "Criterion",
    "Design",
    "Entry",
    "Guess",
    "Invitation",
    "Item",
    "ItemKind",
    "ItemResponse",
    "Judge",
    "JudgeReply",
    "Judgement",
    "Lens",
    "LensVariant",
    "ListedItem",
    "LiveAnswer",
    "LiveComparison",
    "LiveState",
    "Mark",
    "MarkKind",
    "Outcome",
    "Part",
    "Prompt",
    "PromptSet",
    "QuestionnaireReply",
    "RaterKind",
    "Response",
    "Role",
    "Run",
    "RunFailure",
    "RunState",
    "RunVariant",
    "Scale",
    "Slot",
    "SlotVerdict",
    "Study",
    "StudyState",
    "StudyVariant",
    "StudyVersion",
    "TokenShift",
    "Variant",
    "VariantKind",
    "Verdict",
    "random_id",
    "text_enum",
]
