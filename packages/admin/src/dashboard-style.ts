/** Light and dark, from a phone's width on. Health is told by shape, too; each text has a contrast of 4.5 at least, and each line one of 3 (WCAG AA). */
export const DASHBOARD_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f8; --card: #ffffff; --text: #16202b; --muted: #55616e; --edge: #d3dae2;
  --ready: #0a7a6e; --warn: #955200; --bad: #b4212d; --accent: #2456c2; --tint: #e9f0fd; --flow: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1116; --card: #161c24; --text: #e7ecf2; --muted: #9dabba; --edge: #2c3744;
    --ready: #35c4ae; --warn: #f0b04a; --bad: #ff7f78; --accent: #8fb6ff; --tint: #1a2740; --flow: #0d1116;
  }
}
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 96rem; padding: 1.2rem 1.5rem 3rem; background: var(--ground); color: var(--text); }
header { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; margin-bottom: 1rem; }
h1 { font-size: 1.35rem; margin: 0; letter-spacing: -.01em; } h2 { font-size: 1rem; margin: 0 0 .6rem; } h3 { font-size: .95rem; margin: 0 0 .3rem; }
header p { margin: 0; color: var(--muted); }
#link { margin-left: auto; color: var(--muted); font-size: .85rem; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.panel { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 1rem 1.2rem; margin-bottom: 1rem; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1.2rem; align-items: center; margin-bottom: .9rem; }
.bar input { font: inherit; font-size: .9rem; padding: .25rem .7rem; border: 1px solid var(--muted); border-radius: 8px; background: var(--card); color: inherit; width: 13rem; max-width: 100%; } .bar input::placeholder { color: var(--muted); opacity: 1; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .82rem; color: var(--muted); margin: 0; padding: 0; list-style: none; }
.key li { display: flex; align-items: center; gap: .4rem; } .key svg { width: 28px; height: 10px; }
#stage { position: relative; min-height: 4rem; }
#lines { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.box { position: absolute; top: 0; left: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 10px; box-shadow: 0 1px 3px rgb(0 0 0 / .07); transition: opacity .4s; }
.box.self { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.box.heard { border-style: dashed; border-color: var(--muted); } .box.dialled { border-style: dotted; border-color: var(--muted); }
.box.gone { border: 1px dashed var(--bad); box-shadow: none; } .box.gone .title .name { text-decoration: line-through; } .box.gone .facts { color: var(--bad); } .box.faded { opacity: .18; }
.head { height: 46px; padding: 6px 12px 0; border-radius: 10px; line-height: 1.3; cursor: default; }
.title { display: flex; gap: .5rem; align-items: center; } .title .name { font-weight: 650; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.badge { flex: none; font-size: .68rem; font-weight: 600; padding: 0 .45rem; border-radius: 9px; background: var(--tint); color: var(--accent); }
.badge[hidden] { display: none; }
.facts { font-size: .76rem; color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row { position: absolute; top: 0; left: 5px; right: 5px; height: 24px; padding: 0 7px; line-height: 24px; border-radius: 6px; font-size: .84rem; display: flex; gap: .45rem; cursor: default; }
.row:hover, .head:hover { background: color-mix(in srgb, var(--accent) 9%, transparent); }
.row::before { flex: none; width: 1em; text-align: center; content: "\\25cf"; color: var(--ready); }
.row .sum { margin-left: auto; flex: none; color: var(--muted); font-size: .76rem; font-variant-numeric: tabular-nums; }
.row.proxy::before { content: "\\2192"; color: var(--accent); font-weight: 700; } .row.proxy .name { font-weight: 600; }
.row.probing::before, .row.draining::before { content: "\\25d0"; color: var(--warn); }
.row.withdrawn::before, .row.gone::before { content: "\\2715"; color: var(--bad); } .row.gone .name { text-decoration: line-through; color: var(--bad); }
.row.known::before { content: "\\25cb"; color: var(--muted); } .row.rest::before { content: ""; } .row.rest { color: var(--muted); }
.link path { fill: none; } .link { transition: opacity .2s; }
.line { stroke: var(--ready); stroke-linecap: round; transition: stroke-width .5s; stroke-opacity: .95; }
.idle .line { stroke-opacity: .74; } .flow { stroke: var(--flow); stroke-width: 1.4; stroke-dasharray: 2 12; display: none; }
.busy .flow { display: inline; animation: flow 1s linear infinite; }
.many .busy .flow { display: none; } .many .line, .many .link { transition: none; }
.probation .line, .draining .line, .stale .line { stroke: var(--warn); stroke-dasharray: 9 6; stroke-opacity: .95; }
.ejected .line, .gone .line { stroke: var(--bad); stroke-dasharray: 2 6; stroke-opacity: .95; }
.cross { stroke: var(--bad); stroke-width: 2.4; stroke-linecap: round; display: none; } .ejected .cross, .link.gone .cross { display: inline; }
.reach { stroke: transparent; stroke-width: 14; pointer-events: stroke; } .link:focus { outline: none; } .link:focus .line, .link:hover .line { stroke: var(--accent); }
.link.dim, .link.faded { opacity: .12; }
@keyframes flow { from { stroke-dashoffset: 14; } to { stroke-dashoffset: 0; } }
@media (prefers-reduced-motion: reduce) { .busy .flow { animation: none; } .box, .line, .link { transition: none; } }
#note { position: absolute; top: 0; left: 0; z-index: 5; max-width: min(22rem, 100%); padding: .5rem .8rem; border-radius: 8px; background: var(--text); color: var(--ground); font-size: .82rem; line-height: 1.45; pointer-events: none; box-shadow: 0 4px 16px rgb(0 0 0 / .25); overflow-wrap: anywhere; }
#note[hidden], #picture[hidden] { display: none; }
.pair { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1rem; margin-top: 1rem; }
#time { display: block; width: 100%; height: 96px; border-bottom: 1px solid var(--muted); }
#time .area { fill: var(--ready); opacity: .18; } #time .edge { fill: none; stroke: var(--ready); stroke-width: 2; stroke-linejoin: round; }
#time .cursor { stroke: var(--accent); stroke-width: 1; fill: none; }
.marks .good { fill: var(--ready); } .marks path { fill: none; stroke-width: 2; } .marks .bad { stroke: var(--bad); } .marks .note { stroke: var(--warn); }
.scale { display: flex; justify-content: space-between; font-size: .76rem; color: var(--muted); } #time-words { font-size: .84rem; color: var(--muted); margin: 0 0 .4rem; font-variant-numeric: tabular-nums; }
#story { list-style: none; padding: 0; margin: 0; max-height: 15rem; overflow-y: auto; font-size: .88rem; overflow-wrap: anywhere; }
#story li { padding: .22rem 0 .22rem 1.5rem; position: relative; border-bottom: 1px solid var(--edge); } #story li:last-child { border: 0; }
#story li::before { position: absolute; left: .2rem; content: "\\2013"; color: var(--warn); font-weight: 700; }
#story li.good::before { content: "\\25b2"; font-size: .7em; top: .6em; color: var(--ready); } #story li.bad::before { content: "\\2715"; color: var(--bad); }
#story .none { color: var(--muted); padding-left: 0; } #story .none::before { content: ""; }
#story time { color: var(--muted); margin-right: .5rem; font-variant-numeric: tabular-nums; }
.machines { columns: 21rem; column-gap: 1.6rem; } .machines article { break-inside: avoid; margin-bottom: 1rem; }
.machines p, .machines ul { margin: 0; font-size: .88rem; overflow-wrap: anywhere; } .machines p { color: var(--muted); } .machines ul { padding-left: 1.1rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--edge); } th { color: var(--muted); font-weight: 600; }
th.number, td.number { text-align: right; }
.state::before { content: "\\2715"; margin-right: .4em; color: var(--bad); }
.ready::before, .announced::before { content: "\\25cf"; color: var(--ready); }
.state.probation::before, .state.probing::before, .state.draining::before, .state.stale::before { content: "\\25d0"; color: var(--warn); }
main section:not(#who) { margin-top: 1.4rem; }
footer { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin-top: 1.5rem; font-size: .88rem; }
@media (max-width: 48rem) { body { padding: .9rem .7rem 2rem; } .pair { grid-template-columns: minmax(0, 1fr); } .panel { padding: .8rem; } }
`;
