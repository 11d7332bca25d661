"""The formats by name."""

from app.exports.kinds import RATERS
from app.exports.llm_comparator import write_llm_comparator
from app.exports.long_files import (
    FORMULAS,
    long_writer,
    write_rows_csv,
    write_rows_jsonl,
    write_rows_parquet,
)
from app.exports.shapes import ExportFormat
from app.exports.tokens import tokens_writer, write_tokens_jsonl, write_tokens_parquet
from app.exports.trl import FORM, LAYOUT, RULE, write_trl

_LONG = "One row per rater, item and criterion, with everything that raters said"

_TOKENS = "One row per token of every answer under the lens, with what raters marked"

FORMATS: dict[str, ExportFormat] = {
    export.name: export
    for export in (
        ExportFormat(
            "long-jsonl",
            "Long table, JSONL",
            f"{_LONG}. Opens in datasets and pandas.",
            long_writer("judgements.jsonl", write_rows_jsonl),
            (RATERS,),
            uses_lens=True,
        ),
        ExportFormat(
            "long-csv",
            "Long table, CSV",
            f"{_LONG}. For spreadsheets, R and pandas; texts are safe to open in a spreadsheet.",
            long_writer("judgements.csv", write_rows_csv),
            (RATERS, FORMULAS),
            uses_lens=True,
        ),
        ExportFormat(
            "long-parquet",
            "Long table, Parquet",
            f"{_LONG}. With column types; the best choice for large studies.",
            long_writer("judgements.parquet", write_rows_parquet),
            (RATERS,),
            uses_lens=True,
        ),
        ExportFormat(
            "trl-preference",
            "Preference pairs for TRL",
            "Prompt, chosen, rejected for DPO, CPO and ORPO: one file per criterion. "
            "Ties are left out and counted.",
            write_trl,
            (RATERS, RULE, LAYOUT, FORM),
        ),
        ExportFormat(
            "llm-comparator",
            "LLM Comparator, JSON",
            "Answers side by side with verdicts and the lens’s numbers: one file per criterion and "
            "pair of variants, to open in LLM Comparator.",
            write_llm_comparator,
            (RATERS,),
            uses_lens=True,
        ),
        ExportFormat(
            "tokens-jsonl",
            "Tokens, JSONL",
            f"{_TOKENS}. Opens in datasets and pandas.",
            tokens_writer("tokens.jsonl", write_tokens_jsonl),
            (RATERS,),
            needs_lens=True,
        ),
        ExportFormat(
            "tokens-parquet",
            "Tokens, Parquet",
            f"{_TOKENS}. With column types; the best choice for long answers.",
            tokens_writer("tokens.parquet", write_tokens_parquet),
            (RATERS,),
            needs_lens=True,
        ),
    )
}
