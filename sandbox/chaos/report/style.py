"""The page's style, for light and dark screens, and for paper."""

STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1d2420; --dim: #67706a; --line: #dcdfd9; --held: #e3f1e6;
  --held-ink: #1f6f3f; --slow: #fdf0d2; --slow-ink: #8a5a00; --broken: #fbdfdb; --broken-ink: #a3271a; }
@media (prefers-color-scheme: dark) { :root { --paper: #151a17; --ink: #e7ebe7; --dim: #98a29b; --line: #2e3631;
  --held: #1c3325; --held-ink: #7fd3a0; --slow: #3a2f14; --slow-ink: #f0c465; --broken: #44201c;
  --broken-ink: #ff9d91; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; border-bottom: 4px solid var(--held-ink); }
header.bad { border-color: var(--broken-ink); }
header h1 { margin: 4px 0; font-size: 34px; line-height: 1.15; color: var(--held-ink); }
header.bad h1 { color: var(--broken-ink); }
header p { margin: 0 0 14px; color: var(--dim); }
header .kind { margin: 0; letter-spacing: .02em; }
h2 { margin: 36px 0 8px; font-size: 20px; }
.hint { margin: 0 0 12px; color: var(--dim); max-width: 80ch; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 24px 0 0;
  padding: 0; list-style: none; }
.figures li { padding: 12px 14px; border: 1px solid var(--line); border-radius: 8px; }
.figures b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
.figures span { color: var(--dim); font-size: 13px; }
.wide { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 3px; width: 100%; font-variant-numeric: tabular-nums; }
.grid th { padding: 4px 8px; text-align: left; font-weight: 600; white-space: nowrap; }
.grid tbody th { white-space: normal; min-width: 110px; font-size: 14px; line-height: 1.25; }
.grid td { padding: 4px 7px; border-radius: 5px; white-space: nowrap; font-size: 12.5px; line-height: 1.35; }
.grid td.none { background: repeating-linear-gradient(135deg, transparent 0 5px, var(--line) 5px 6px); opacity: .35; }
.grid small, .grid em { display: block; font-style: normal; }
.grid small { color: var(--dim); }
td.held { background: var(--held); } td.held b { color: var(--held-ink); }
td.slow { background: var(--slow); } td.slow b { color: var(--slow-ink); }
td.broken { background: var(--broken); } td.broken b, td.broken em { color: var(--broken-ink); }
svg { width: 100%; height: auto; }
svg text { fill: var(--dim); font-size: 12px; }
svg .rule { stroke: var(--line); } svg .goal { stroke: var(--slow-ink); stroke-dasharray: 5 4; }
svg .goal-text { fill: var(--slow-ink); }
circle.held { fill: var(--held-ink); } circle.slow { fill: var(--slow-ink); } circle.broken { fill: var(--broken-ink); }
.lines { border-collapse: collapse; border-spacing: 0; font-size: 14px; }
.lines th { text-align: right; padding: 6px 10px; border-bottom: 2px solid var(--line); color: var(--dim); }
.lines td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
.lines th:nth-child(2), .lines td:nth-child(2) { text-align: left; }
.lines tr.slow td:nth-child(5) { color: var(--slow-ink); font-weight: 600; }
.lines tr.broken td { background: var(--broken); }
.lines tr.more td { padding-top: 0; color: var(--dim); text-align: left; }
.lines tr.more p { margin: 0; }
.broken-list { margin: 6px 0; padding-left: 18px; color: var(--broken-ink); }
.broken-list code { overflow-wrap: anywhere; }
@media print { header, main { max-width: none; } tr { break-inside: avoid; } }
"""
