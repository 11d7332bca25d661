"""The formats by name."""

from app.exports.kinds import RATERS
from app.exports.long_files import (
    FORMULAS,
    long_writer,
    write_rows_csv,
    write_rows_jsonl,
    write_rows_parquet,
)
from app.exports.shapes import ExportFormat
from app.exports.trl import FORM, LAYOUT, RULE, write_trl

_LONG = "One row per rater, item and criterion, with everything that raters said"

FORMATS: dict[str, ExportFormat] = {
    export.name: export
    for export in (
        ExportFormat(
            "long-jsonl",
            "Long table, JSONL",
            f"{_LONG}. Opens in datasets and pandas.",
            long_writer("judgements.jsonl", write_rows_jsonl),
            (RATERS,),
        ),
        ExportFormat(
            "long-csv",
            "Long table, CSV",
            f"{_LONG}. For spreadsheets, R and pandas; texts are safe to open in a spreadsheet.",
            long_writer("judgements.csv", write_rows_csv),
            (RATERS, FORMULAS),
        ),
        ExportFormat(
            "long-parquet",
            "Long table, Parquet",
            f"{_LONG}. With column types; the best choice for large studies.",
            long_writer("judgements.parquet", write_rows_parquet),
            (RATERS,),
        ),
        ExportFormat(
            "trl-preference",
            "Preference pairs for TRL",
            "Prompt, chosen, rejected for DPO, CPO and ORPO: one file per criterion. "
            "Ties are left out and counted.",
            write_trl,
            (RATERS, RULE, LAYOUT, FORM),
        ),
    )
}
