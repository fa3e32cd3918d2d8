"""The report as one page without other files: verdict, table, recovery times, and a line per fault."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from sandbox.chaos.faults.table import FaultKind
from sandbox.chaos.report.chart import recovery_chart
from sandbox.chaos.report.style import STYLE

Json = Mapping[str, Any]
KINDS = [kind.value for kind in FaultKind]


def page(report: Json) -> str:
    """The page of a report as `report.json` has it."""
    count = report["violations"]
    verdict = f"{count} broken promise{'s' * (count > 1)}" if count else "Every promise held"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chaos: {escape(verdict)}</title>
<style>{STYLE}</style>
</head>
<body>
<header class="{"bad" if count else "good"}">
<p class="kind">HotelMate · chaos, seed {report["seed"]}</p>
<h1>{escape(verdict)}</h1>
<p>{escape(report["finished_at"])} · {escape(report["machine"])} · {report["seconds"] / 60:.0f} minutes</p>
</header>
<main>
{_figures(report)}
<section>
<h2>Process × kind</h2>
<p class="hint">Each cell: faults · median and longest recovery in seconds · failed requests. Recovery lasts from the
restart or heal until every route answers 2xx again; clients repeat what failed, with the same key.</p>
{_table(report["table"], report["recovery_goal_seconds"])}
</section>
<section>
<h2>Recovery, fault by fault</h2>
{recovery_chart(report["lines"], goal=report["recovery_goal_seconds"])}
</section>
{_others(report["other_violations"])}
<section>
<h2>Every fault</h2>
{_lines(report["lines"], report["recovery_goal_seconds"])}
</section>
</main>
</body>
</html>
"""


def _figures(report: Json) -> str:
    worst = max((line["recovery_seconds"] for line in report["lines"]), default=0.0)
    figures = (
        (f"{report['faults']:,}", "faults under load"),
        (f"{report['violations']:,}", "violations"),
        (f"{report['lost_writes']:,}", "lost writes"),
        (f"{worst:.1f} s", f"longest recovery, goal {report['recovery_goal_seconds']:g} s"),
        (f"{report['requests']:,}", f"requests, {report['requests_per_second']:g} a second"),
        (f"{report['failed_requests']:,}", "of them failed during faults"),
        (f"{report['acknowledged']:,}", f"acknowledged commands of {report['bookings']:,} bookings read back"),
    )
    tiles = "".join(f"<li><b>{escape(value)}</b><span>{escape(what)}</span></li>" for value, what in figures)
    return f'<ul class="figures">{tiles}</ul>'


def _table(rows: Iterable[Json], goal: float) -> str:
    cells = {(row["process"], row["kind"]): row for row in rows}
    processes, kinds = list(dict.fromkeys(key[0] for key in cells)), list(dict.fromkeys(key[1] for key in cells))
    head = "".join(f'<th scope="col">{escape(process)}</th>' for process in processes)
    body = "".join(
        f'<tr><th scope="row">{escape(kind)}</th>'
        + "".join(_cell(cells.get((process, kind)), goal) for process in processes)
        + "</tr>"
        for kind in sorted(kinds, key=KINDS.index)
    )
    table = f'<table class="grid"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="wide">{table}</div>'


def _cell(row: Json | None, goal: float) -> str:
    if row is None:
        return '<td class="none"></td>'
    shade = "broken" if row["violations"] else "slow" if row["recovery_max"] > goal else "held"
    broken = f"<em>{row['violations']} broken</em>" if row["violations"] else ""
    times = f"{row['recovery_median']:.1f} – {row['recovery_max']:.1f} s"
    small = f"<small>{times}</small><small>{row['failed']} failed</small>"
    return f'<td class="{shade}"><b>{row["count"]}×</b>{small}{broken}</td>'


def _lines(lines: Iterable[Json], goal: float) -> str:
    names = ("#", "fault", "at", "lasted", "recovery", "ready", "requests", "failed", "broken")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(_line(line, goal) for line in lines)
    return f'<table class="lines"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _line(line: Json, goal: float) -> str:
    values = (
        str(line["number"]),
        f"<b>{escape(line['instance'])}</b> {escape(line['kind'])}",
        f"{line['at']:.0f} s",
        f"{line['lasted_seconds']:.1f} s",
        f"{line['recovery_seconds']:.1f} s",
        f"{line['ready_seconds']:.1f} s" if line["ready_seconds"] else "–",
        str(line["requests"]) + ("" if line["counts"] else " (too few)"),
        str(line["failed_requests"]),
        str(len(line["violations"])),
    )
    shade = "broken" if line["violations"] else "slow" if line["recovery_seconds"] > goal else ""
    row = f'<tr class="{shade}">' + "".join(f"<td>{value}</td>" for value in values) + "</tr>"
    details = _violations(line["violations"]) + (f"<p>{escape(line['note'])}</p>" if line["note"] else "")
    return row + (f'<tr class="more"><td></td><td colspan="{len(values) - 1}">{details}</td></tr>' if details else "")


def _others(violations: list[Json]) -> str:
    return f"<section><h2>Broken before the first fault</h2>{_violations(violations)}</section>" if violations else ""


def _violations(violations: Iterable[Json]) -> str:
    items = "".join(
        f"<li><b>{escape(each['check'])}</b>{' · lost write' if each['lost_write'] else ''} · "
        f"<code>{escape(each['subject'])}</code><br>{escape(each['what'])}</li>"
        for each in violations
    )
    return f"<ul class='broken-list'>{items}</ul>" if items else ""
