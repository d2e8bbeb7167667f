"""The style sheet of the report: quiet, and good to read on light and dark."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b2331; --soft: #5b6575; --line: #d9dee6; --paper: #ffffff;
  --card: #f6f8fb; --good: #1f7a4d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --soft: #9aa5b5; --line: #323a47;
  --paper: #12161d; --card: #1a2029; --good: #5bc08c; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 66rem; background: var(--paper);
  color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; border-bottom: 1px solid var(--line);
  padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p { margin: .4rem 0 .8rem; }
.soft { color: var(--soft); }
.good, .card .good { color: var(--good); }
.bad, .card .bad { color: var(--bad); }
code, .num { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  font-variant-numeric: tabular-nums; }
code { font-size: .88em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 50%; margin: .4rem 0 1rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .82rem; }
.ends { display: inline-flex; flex-direction: column; vertical-align: middle; line-height: 1.15;
  font-size: .74em; color: var(--soft); }
.ends i { font-style: normal; }
td:first-child, td code { white-space: nowrap; }
th, td { padding: .28rem .9rem .28rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:last-child:not(.num) { min-width: 15rem; }
td.num, th.num { text-align: right; white-space: nowrap; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem;
  margin: 1.2rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .6rem .8rem; }
.card b { display: block; font-size: 1.15rem; }
.card > span { color: var(--soft); font-size: .8rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr));
  gap: 1rem; }
figure { margin: 0; }
svg { width: 100%; height: auto; display: block; }
svg text { font-family: inherit; }
details summary { cursor: pointer; color: var(--soft); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem;
  overflow-x: auto; font-size: .82rem; }
@media print { body { max-width: none; }
details { display: none; }
}
"""
