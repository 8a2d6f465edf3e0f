/** What a fleet's page has beyond that of one stack. */
export const FLEET_STYLE = `
main { max-width: 76rem; }
html { scroll-padding-top: 5rem; }
[hidden] { display: none !important; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
.made { color: var(--dim); margin: .25rem 0 0; }
.filter { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 1.5rem 0 0; padding: .7rem 0; background: var(--back); border-bottom: 1px solid var(--line); }
.filter label { display: flex; flex-direction: column; font-size: .82rem; color: var(--dim); flex: 0 1 14rem; min-width: 0; }
.filter label.wide { flex: 1 1 16rem; overflow: visible; }
.filter input, .filter select, .filter button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--dim); border-radius: .4rem; padding: .4rem .6rem; width: 100%; min-width: 0; height: 2.5rem; font-size: .95rem; }
.filter button { width: auto; cursor: pointer; }
.filter output { flex: 1 0 100%; font-size: .82rem; color: var(--dim); min-height: 1.3em; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tbody th { color: var(--ink); font-size: inherit; font-weight: 400; overflow-wrap: anywhere; min-width: 9rem; }
thead th { overflow-wrap: normal; }
.group { content-visibility: auto; contain-intrinsic-size: auto 3rem; }
.group > summary { display: flex; gap: .6rem; list-style: none; } .group > summary::-webkit-details-marker { display: none; }
.group > summary > span:last-child { min-width: 0; overflow-wrap: anywhere; }
.group > summary::after { content: ""; flex: none; width: .5rem; height: .5rem; margin: .4rem .2rem 0 auto; border: solid var(--dim); border-width: 0 2px 2px 0; transform: rotate(45deg); }
.group[open] > summary::after { margin-top: .7rem; transform: rotate(225deg); }
.inside { padding: .3rem .9rem .7rem; } .inside details { background: var(--back); }
.inside pre, .inside p { margin-left: 0; margin-right: 0; }
.members { columns: 18rem; padding-left: 1.25rem; margin: .6rem 0; } .members:not(:has(li + li)) { columns: auto; }
.members li { break-inside: avoid; margin: 0; padding: .1rem 0; }
.all > summary { color: var(--dim); } .all > .members { margin: .6rem .9rem; }
.members code { color: var(--dim); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; overflow-wrap: anywhere; }
.picture svg { display: block; width: 100%; min-width: 37rem; height: auto; }
.picture { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); padding: .5rem; }
.picture text { fill: var(--ink); font: 13px system-ui, sans-serif; }
.picture rect { fill: var(--back); stroke: var(--line); stroke-width: 1.5; }
.picture path { fill: none; stroke: var(--dim); stroke-width: 1.5; }
.picture path.added { stroke: var(--green); } .picture path.removed { stroke: var(--red); stroke-dasharray: 5 4; }
.picture .delete rect, .picture .replace rect { stroke: var(--red); stroke-width: 3; fill: var(--redback); }
.picture .restart rect, .picture .stop rect, .picture .update rect { stroke: var(--amber); stroke-width: 3; fill: var(--amberback); }
.picture .create rect, .picture .start rect, .picture .live rect { stroke: var(--green); stroke-width: 3; fill: var(--greenback); }
@media (max-width: 40rem) { .filter { position: static; } .filter label { flex: 1 1 8rem; } th, td { padding: .35rem .5rem; } tbody th { min-width: 5rem; } td.number { min-width: 0; } .inside td { min-width: 7rem; } .inside td:first-child { min-width: 11rem; } .inside td:nth-child(4) { min-width: 0; } }
@media print { .filter, .skip { display: none; } }
`;
