"""The parts of the import page: the file, its columns, a look at it, and what became of it."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from pages.i18n import Words
from pages.i18n.errors import REASONS
from pages.ui import import_jobs, layout
from pages.ui.frame import User
from pages.ui.import_jobs import Job, Upload
from pages.ui.status import plain
from services import imports, units
from services.database import reading
from services.errors import BadInput, ServiceError
from services.imports import FIELDS, KINDS, ColumnMap, Field, ImportReport, Kind, PreviewRow, Rejected

TYPES = {kind: ["csv", "txt", "gz", "xlsx"] for kind in KINDS} | {Kind.OUTLINES: ["geojson", "json"]}
SHOWN = 500
"""So many bad rows are listed on screen; the download has all."""


def choose_kind(t: Words) -> Kind:
    """What the file brings; the template beside it."""
    kind = st.segmented_control(
        t("What does the file bring?"), KINDS, default=Kind.DEMANDS, key="import-kind", required=True, wrap=True,
        format_func=lambda kind: first_capital(t.term(kind)),
    )  # fmt: skip
    return kind or Kind.DEMANDS


def first_capital(words: str) -> str:
    """The same words at the beginning of a line."""
    return words[:1].upper() + words[1:]


def template_button(t: Words, kind: Kind) -> None:
    """The empty workbook of a kind."""
    st.download_button(
        t("Empty template"), imports.template(kind), file_name=f"{kind.value}.xlsx", icon=":material/download:",
        type="tertiary", key=f"template-{kind}", on_click="ignore",
    )  # fmt: skip


def uploaded(user: User, kind: Kind) -> Upload | None:
    """The chosen file, opened once; None before there is one or where it was refused, which is said here."""
    t = user.t
    sent = st.file_uploader(t("The file"), type=TYPES[kind], key=f"import-file-{kind}", label_visibility="collapsed")
    st.caption(_formats(t, kind))
    if sent is None:
        st.session_state.pop("import-upload", None)
        return None
    by_hand = bool(st.session_state.get("import-by-hand"))
    held = st.session_state.get("import-upload")
    if held is not None and held[0] == (sent.file_id, kind, by_hand):
        kept: Upload = held[1]
        return kept
    return _opened(t, sent, kind, by_hand=by_hand)


def _opened(t: Words, sent: Any, kind: Kind, *, by_hand: bool) -> Upload | None:
    st.session_state.pop("import-upload", None)
    try:
        opened = Upload(sent.name, sent.getbuffer(), kind, any_header=by_hand)
    except BadInput as error:
        refused(t, error)
        if error.code == "header_wrong":
            st.checkbox(t("The columns are right: let me say which is which."), key="import-by-hand")
        return None
    st.session_state["import-upload"] = ((sent.file_id, kind, by_hand), opened)
    return opened


def _formats(t: Words, kind: Kind) -> str:
    if kind is Kind.OUTLINES:
        return t("GeoJSON, up to 200 MB; degrees in WGS 84, or GCJ-02 where the file says so.")
    return t("CSV (UTF-8 or GBK) or XLSX, up to 200 MB.")


def refused(t: Words, error: ServiceError) -> None:
    """A refusal in a sentence, with what is missing where the file's columns are not enough."""
    sentence = t.error(error)
    if "missing" in error.facts:
        sentence += " " + t("Missing: {columns}.", columns=error.facts["missing"])
    st.error(plain(sentence), icon=":material/error:")


def columns(user: User, upload: Upload) -> ColumnMap:
    """The guessed columns as a table of select boxes; what is chosen there holds."""
    t, kind, table = user.t, upload.kind, upload.table
    loaded = _loaded(t, upload)
    guessed = loaded or imports.guess(kind, table.columns, table.head())
    fields = [each for each in FIELDS[kind] if not each.extra or each.name in guessed.columns]
    places = st.columns(1 if user.phone else 2)
    chosen: dict[str, str] = {}
    for number, each in enumerate(fields):
        with places[number % len(places)]:
            picked = _picked(t, each, upload, guessed)
        if picked:
            chosen[each.name] = picked
    mapping = ColumnMap(chosen, guessed.states, _date_format(t, upload, guessed), guessed.timezone)
    st.download_button(
        t("Keep these columns for next time"), imports.dump_mapping(mapping), file_name=f"{kind.value}.toml",
        icon=":material/save:", type="tertiary", key="mapping-save", on_click="ignore",
    )  # fmt: skip
    return mapping


def _picked(t: Words, each: Field, upload: Upload, guessed: ColumnMap) -> str | None:
    options = list(upload.table.columns)
    given = guessed.columns.get(each.name)
    return st.selectbox(
        first_capital(short(t, each)) + (" *" if each.required else ""), options,
        index=options.index(given) if given in options else None, placeholder=t("not in the file"),
        help=f"`{each.name}`: {t.name(each.zh, each.en)}", key=f"column-{upload.key}-{_loads()}-{each.name}",
    )  # fmt: skip


def short(t: Words, each: Field) -> str:
    """A column's name in a word or two: what its meaning says before the first colon or semicolon."""
    return re.split("[；;：:（(]", t.name(each.zh, each.en))[0].strip()


def named(t: Words, kind: Kind, column: str) -> str:
    """A column's short name by its canonical one."""
    return next((short(t, each) for each in FIELDS[kind] if each.name == column), column)


def _date_format(t: Words, upload: Upload, guessed: ColumnMap) -> str | None:
    words = {None: t("Found out from the file"), "day_first": t("Day first: 5/11 is 5 November"),
             "month_first": t("Month first: 5/11 is 11 May")}  # fmt: skip
    options = list(dict.fromkeys([None, "day_first", "month_first", guessed.date_format]))
    return st.selectbox(
        t("How dates are written"), options, index=options.index(guessed.date_format),
        format_func=lambda value: words.get(value, str(value)), key=f"dates-{upload.key}-{_loads()}",
    )  # fmt: skip


def _loaded(t: Words, upload: Upload) -> ColumnMap | None:
    """A kept mapping, when one was loaded and names columns that the file has."""
    with st.expander(t("Use columns kept earlier"), icon=":material/folder_open:"):
        sent = st.file_uploader(t("Mapping (TOML)"), type=["toml"], key=f"mapping-{upload.key}")
    st.session_state["import-mapping"] = sent.file_id if sent else ""
    if sent is None:
        return None
    try:
        mapping = imports.load_mapping(sent.getvalue().decode("utf-8", "replace"))
    except BadInput as error:
        refused(t, error)
        return None
    known = {name: column for name, column in mapping.columns.items() if column in upload.table.columns}
    if len(known) < len(mapping.columns):
        absent = [column for column in mapping.columns.values() if column not in upload.table.columns]
        st.warning(t("The file has no column {columns}.", columns=plain(t.join(absent))), icon=":material/warning:")
    return ColumnMap(known, mapping.states, mapping.date_format, mapping.timezone)


def _loads() -> str:
    """Changes with the loaded mapping, so that its columns stand in the boxes."""
    return str(st.session_state.get("import-mapping", ""))


def choose_place(user: User) -> str:
    """The unit at which rows land whose place is not known: its code."""
    t = user.t
    with reading() as session:
        rows = units.below(session, user.actor, units.top(session, user.actor).id)
    names = {row.code: f"{t.name(row.name, row.name_en)} · {row.code}" for row in rows}
    chosen = st.selectbox(
        t("Rows without a known place go to"), list(names), format_func=names.__getitem__, key="import-place"
    )
    return chosen or rows[0].code


def preview(user: User, upload: Upload, mapping: ColumnMap, place: str) -> list[PreviewRow] | None:
    """The first rows as they would be stored; None where the columns do not fit, which is said. Looked at once."""
    key = (upload.key, imports.dump_mapping(mapping), place)
    held = st.session_state.get("import-preview")
    if held is not None and held[0] == key:
        kept: list[PreviewRow] = held[1]
        return kept
    try:
        with st.spinner(user.t("Looking through the file …")), reading() as session:
            rows = imports.preview(
                session, user.actor, upload.kind, upload.table, mapping, now=user.now, unit_code=place
            )
    except ServiceError as error:
        refused(user.t, error)
        return None
    st.session_state["import-preview"] = (key, rows)
    return rows


def preview_table(t: Words, kind: Kind, rows: list[PreviewRow]) -> None:
    """The first rows; what is wrong stands first and in red."""
    names = [name for name in dict.fromkeys(name for row in rows for name in row.values) if any(
        row.values.get(name) for row in rows
    )]  # fmt: skip
    problem = t("Problem")
    cells = pd.DataFrame(
        [
            {t("Row"): row.number, problem: _problems(t, kind, row.problems)}
            | {named(t, kind, name): row.values.get(name, "") for name in names}
            for row in rows
        ]
    )
    if not any(row.problems for row in rows):
        cells = cells.drop(columns=[problem])
    bad = {number: {named(t, kind, each.column) for each in row.problems} for number, row in enumerate(rows)}

    def look(line: Any) -> list[str]:
        wrong = bad.get(line.name)
        return ["color:#B8321A;background-color:#FBE8E3" if wrong and (name in wrong or name == problem) else ""
                for name in line.index]  # fmt: skip

    height = min(38 + 35 * len(rows), 420)
    st.dataframe(cells.style.apply(look, axis=1), hide_index=True, height=height, alt=t("Preview"))


def _problems(t: Words, kind: Kind, problems: Iterable[Rejected]) -> str:
    words = [f"{named(t, kind, problem.column)} {reason(t, problem.reason)}" for problem in problems]
    return f"■ {t.join(words)}" if words else ""


def reason(t: Words, code: str) -> str:
    """Why a row was not taken, in words."""
    return t(REASONS[code]) if code in REASONS else code


def progress(t: Words, job: Job) -> None:
    """How far an import is, and how fast."""
    share = min(job.done / job.total, 1.0) if job.total else 0.0
    rows = t("{done} of {total} rows", done=t.number(job.done), total=t.number(job.total))
    speed = t("{n} rows a second", n=t.number(round(job.speed))) if job.speed else t("beginning …")
    st.progress(share, text=f"{rows} · {speed}")
    st.caption(t("You may leave this page and come back: the import goes on. At its end all is stored, or nothing."))


def result(user: User, job: Job) -> None:
    """How an import ended: the counts, the bad rows, and the way to the next."""
    t = user.t
    with layout.panel("import-result", f"{first_capital(t.term(job.kind))} · {plain(job.name)}"):
        if job.error is not None:
            refused(t, job.error)
            st.caption(t("Nothing was stored."))
        elif job.report is not None:
            _counts(t, job.report)
            _bad_rows(t, job.report)
        if st.button(t("Import another file"), type="primary", icon=":material/upload_file:", key="import-again"):
            import_jobs.put_away(user.actor)
            st.rerun()


def _counts(t: Words, report: ImportReport) -> None:
    if report.stored:
        st.success(t("The file was imported."), icon=":material/check_circle:")
    else:
        st.warning(t("Nothing was stored, because of the bad rows below."), icon=":material/warning:")
    tiles = {
        t("Read"): report.read, t("Added"): report.inserted, t("Changed"): report.updated,
        t("Unchanged"): report.unchanged, t("Repeated"): report.repeated, t("Bad"): report.rejected_rows,
    }  # fmt: skip
    with st.container(horizontal=True, gap="small", key="import-counts"):
        for name, count in tiles.items():
            st.metric(name, t.number(count), border=True)
    for sentence in _notes(t, report):
        st.caption(sentence)


def _notes(t: Words, report: ImportReport) -> list[str]:
    lost, same = report.placeholders, report.same_text
    notes = {
        t.n("{n} row has no known place and is marked so.", "{n} rows have no known place and are marked so.",
            report.unplaced): report.unplaced,
        t.n("{n} row lost a meaningless coordinate.", "{n} rows lost a meaningless coordinate.", lost): lost,
        t.n("{n} row has the text of another row; both are kept.",
            "{n} rows have the text of another row; all are kept.", same): same,
        t.n("{n} demand was moved on here since; its state was kept.",
            "{n} demands were moved on here since; their states were kept.", report.kept_states): report.kept_states,
        t.n("{n} outline was converted from GCJ-02.", "{n} outlines were converted from GCJ-02.", report.converted):
            report.converted,
    }  # fmt: skip
    return [sentence for sentence, count in notes.items() if count]


def _bad_rows(t: Words, report: ImportReport) -> None:
    if not report.rejected:
        return
    words = {code: t(sentence) for code, sentence in REASONS.items()}
    st.download_button(
        t("Download the bad rows"), imports.rejected_csv(report, words), file_name=f"{report.kind.value}-bad-rows.csv",
        icon=":material/download:", key="import-bad-rows", on_click="ignore",
    )  # fmt: skip
    rows = [
        {t("Row"): row.number, t("Column"): named(t, report.kind, row.column), t("Reason"): reason(t, row.reason),
         t("Value"): row.value}
        for row in report.rejected[:SHOWN]
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True, height=min(38 + 35 * len(rows), 420), alt=t("Bad rows"))
    if len(report.rejected) > SHOWN:
        st.caption(t("The first {shown} are listed; the download has all.", shown=t.number(SHOWN)))
