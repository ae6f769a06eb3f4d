"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import PACKAGES, ROOT, STATEMENTS

WRITES = re.compile(r"(?:INSERT INTO|(?<!FOR )(?<!NO KEY )UPDATE(?! SET)|DELETE FROM)\s+(\w+)")

OWNERS = {
    "tracking": {
        "calendar_day", "calendar_session", "consignment", "daily_serial", "dossier", "event",
        "calendar_change", "calendar_edition", "calendar_override", "daily_root", "due_input",
        "leg_promise", "proposal", "succession",
        "hand_over", "hand_over_extra", "hand_over_line", "incident", "news", "refused_act",
        "reserved_number", "s10_block",
        "asked_paper", "duty_payment", "extension", "financial_duty", "notice", "pause",
        "supplement_request", "transfer",
    },
    "routes": {"round", "stop", "unit"},
    "notifications": {
        "sms", "sms_approval", "sms_attempt", "sms_network", "sms_receipt", "sms_replay",
        "sms_stop",
        "sms_template",
    },
    "postal_service": {
        "agency_line", "dossier_change", "supplement", "supplement_paper",
        "access_log", "agency", "alarm", "alarm_event", "approval", "attempt_window", "closure",
        "closure_notice", "code_try", "delegation", "delivery_proof", "draft", "intake",
        "intake_document", "lost_phone", "office", "party", "person", "procedure",
        "batch", "batch_line", "bounce", "bounce_fee_rule", "bounce_paper", "bounce_ruling",
        "refund_due",
        "catalogue_change", "catalogue_import", "catalogue_import_line",
        "complaint", "outage_pack", "outage_sheet",
        "pickup", "pickup_event", "pickup_news", "pickup_sheet",
        "account", "bank_deposit", "charge", "entry", "loose_cash", "money_dispute",
        "posting", "receipt_day",
        "settlement", "settlement_line",
        "purse_count", "purse_leave", "purse_limit", "till_shift",
        "bank_line", "bank_return", "bank_use", "transfer_charge", "transfer_request",
        "evening_beep", "evening_count", "evening_line",
        "one_time_link", "phone", "phone_request", "recovery_code", "second_step",
        "paper", "paper_file", "paper_print",
        "procedure_document", "proof_attachment", "proof_file", "quarantined_scan",
        "radar_look", "reason", "receipt_issue", "receipt_print", "roster", "ruling_note",
        "read_log", "representative", "rights_request", "stake",
        "session", "sms_choice", "tariff", "task",
    },
}  # fmt: skip


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_each_table_has_one_writer() -> None:
    """Another package may read a table; only its owner may change it."""
    writers = defaultdict(set)
    for name, sql in STATEMENTS.items():
        for table in WRITES.findall(re.sub(r"DO\s+UPDATE\s+SET", "", sql)):
            writers[name.split(".")[0]].add(table)

    assert writers == OWNERS


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(path: Path) -> None:
    """A file over 300 lines wants a second room; a function over 60 wants a name inside it."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_only_settings_reads_the_environment_and_only_the_clock_reads_the_time() -> None:
    """A knob or an hour read elsewhere cannot be moved by a test, nor found by an operator."""
    for path in sources():
        where = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        if where != "postal_service/settings.py":
            assert "os.environ.get" not in text, where
            assert "os.getenv" not in text, where
        if where != "postal_service/clock.py":
            assert "datetime.now(" not in text, where
            assert "date.today(" not in text, where


def test_the_project_names_nobody_elses_place() -> None:
    """A clone must make sense anywhere: no path of one machine, no registry's host."""
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "debian" + ".org")
    kinds = {".py", ".md", ".sh", ".toml", ".lock", ".html", ".js", ".css", ".sql", ".csv", ""}
    for path in ROOT.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts[:-1])
        if hidden or not path.is_file() or path.suffix not in kinds:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        for name in ("/" + "work/", "../" + "shared", *hosts):
            assert name not in text, path
