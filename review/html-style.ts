/** The page's style: follows the reader's light or dark mode, fits a phone, and prints. */
export const STYLE = `
:root { --back: #fff; --card: #f6f8fa; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --red: #c0272d; --redback: #fff1f0; --amber: #8a5a00; --amberback: #fff8e1; --green: #1a7f37; --greenback: #eaf8ee; --blue: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --card: #161b22; --ink: #e6edf3; --dim: #9198a1; --line: #30363d; --red: #ff7b72; --redback: #2d1416; --amber: #e3b341; --amberback: #2a2110; --green: #56d364; --greenback: #11261a; --blue: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
section { margin: 1.75rem 0 0; }
ul { margin: 0; padding-left: 1.25rem; }
li { margin: .2rem 0; overflow-wrap: anywhere; }
.mark { flex: 0 0 .9rem; text-align: center; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code, pre { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.headline { font-weight: 600; margin: 0; }
.headline.danger { color: var(--red); } .headline.warning { color: var(--amber); } .headline.calm { color: var(--green); }
.callout { border: 1px solid; border-left-width: .4rem; border-radius: .5rem; padding: .9rem 1.1rem; }
.callout.danger { border-color: var(--red); background: var(--redback); } .callout.danger h2 { color: var(--red); }
.callout.warning { border-color: var(--amber); background: var(--amberback); } .callout.warning h2 { color: var(--amber); }
details { overflow: hidden; border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--card); }
summary { cursor: pointer; padding: .55rem .9rem; overflow-wrap: anywhere; }
summary code { color: var(--dim); margin-left: .35rem; }
details[open] > summary { border-bottom: 1px solid var(--line); }
details > p { margin: .7rem .9rem; }
.effect { font-weight: 600; }
.effect.delete, .effect.replace { color: var(--red); } .effect.restart, .effect.stop, .effect.update { color: var(--amber); }
.effect.create, .effect.start, .effect.live { color: var(--green); } .effect.none, .effect.recorded, .effect.forget { color: var(--dim); }
td .effect { font-weight: 400; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--back); }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
tbody tr:last-child > * { border-bottom: 0; }
th { color: var(--dim); font-size: .82rem; font-weight: 600; }
td { min-width: 5rem; }
pre { margin: .5rem .9rem .9rem; padding: .7rem .9rem; overflow-x: auto; background: var(--back); border: 1px solid var(--line); border-radius: .4rem; }
pre span { display: block; } pre .added { color: var(--green); background: var(--greenback); } pre .removed { color: var(--red); background: var(--redback); } pre .place { color: var(--blue); }
footer { margin-top: 2.5rem; color: var(--dim); font-size: .82rem; }
@media print { details { break-inside: avoid; } main { max-width: none; padding: 0; } }
`;
