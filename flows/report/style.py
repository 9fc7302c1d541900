"""The report's style sheet: light and dark, wide and phone, print. States differ in shape as well as in colour."""

CSS = """
:root{--bg:#f6f5f1;--card:#fff;--ink:#1d2327;--soft:#5d666d;--faint:#dcdad3;--line:#e8e6df;
--critical:#b3261e;--critical-bg:#fbe9e7;--warning:#9a5b00;--warning-bg:#fdf1dc;--ok:#2b6e57;--info:#3a5f8a;
--bar:#5b83a8;--usual:#1d2327;--c4:#5b83a8;--c3:#a9c1d6;--c2:#e9a94b;--c1:#b3261e;--un:#c9d0d6;--blocked:#b3261e;
--erring:#d9822b;--unreadable:#e6bd57;--dull:#c3c9ce;--shade:rgba(179,38,30,.09)}
@media(prefers-color-scheme:dark){:root{--bg:#15181b;--card:#1e2327;--ink:#e7e9ea;--soft:#9aa4ab;--faint:#3a4147;
--line:#2b3136;--critical:#ff8a80;--critical-bg:#3a2120;--warning:#f0b455;--warning-bg:#362a17;--ok:#6cc3a2;
--info:#8fb7e0;--bar:#7ba6cd;--usual:#e7e9ea;--c4:#6f9bc2;--c3:#41586d;--c2:#e0a03f;--c1:#e5534b;--un:#3d454c;
--blocked:#e5534b;--erring:#e08a3c;--unreadable:#d9b04c;--dull:#525b62;--shade:rgba(255,138,128,.12)}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:22px 20px 60px}
a{color:inherit}
h1{font-size:30px;line-height:1.15;margin:4px 0 12px;letter-spacing:-.01em;font-weight:680}
h2{font-size:13px;margin:34px 0 10px;text-transform:uppercase;letter-spacing:.07em;color:var(--soft);font-weight:650}
h3{font-size:16px;margin:0;line-height:1.3;font-weight:650}
.soft,figcaption{color:var(--soft)}
.top{display:flex;justify-content:space-between;gap:6px 20px;flex-wrap:wrap;font-size:13px;color:var(--soft)}
.top b{color:var(--ink)}
.pills{display:flex;gap:8px;flex-wrap:wrap;margin-bottom:18px}
.pill,.badge{display:inline-flex;align-items:center;gap:6px;border-radius:99px;font-weight:600;white-space:nowrap}
.pill{padding:4px 12px;background:var(--card);border:1px solid var(--line);font-size:14px}
.critical{color:var(--critical)}.warning{color:var(--warning)}.ok{color:var(--ok)}.learning,.info{color:var(--info)}
.icon{width:12px;height:12px;flex:none;fill:currentColor}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px}
.tile,.card,.sheet{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tile{padding:12px 14px}.tile b{display:block;font-size:22px;line-height:1.25;font-weight:650}
.tile span{font-size:13px;color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(350px,1fr));gap:14px}
.card{padding:14px 16px 12px;border-left:5px solid var(--faint);display:flex;flex-direction:column;min-width:0}
.card.is-critical{border-left-color:var(--critical)}.card.is-warning{border-left-color:var(--warning)}
.card.is-info{border-left-color:var(--info)}
.card header{display:flex;justify-content:space-between;gap:10px;font-size:13px;margin-bottom:2px}
.card header a,.card header b{font-weight:650;text-decoration:none}
.card p{margin:6px 0 0;font-size:14px}
.card figure{margin:10px 0 2px}figcaption{font-size:12px}
.card .why{border-top:1px solid var(--line);padding-top:8px;margin-top:10px}
.card .why b{font-weight:600}
code,pre{font:12px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{margin:8px 0 0;padding:8px 10px;background:var(--bg);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
svg.chart{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:10px;fill:var(--soft);font-family:inherit}
.ground{stroke:var(--faint);stroke-width:1}.usual{fill:none;stroke:var(--usual);stroke-width:1.3;stroke-dasharray:3 2.2;
opacity:.75}
rect.fine{fill:var(--bar)}rect.going{fill:var(--c3)}rect.dull{fill:var(--dull)}rect.blocked{fill:var(--blocked)}
rect.erring{fill:var(--erring)}rect.unreadable{fill:var(--unreadable)}rect.broken{fill:var(--shade)}
path.line{fill:none;stroke:var(--bar);stroke-width:2;stroke-linejoin:round}circle.line{fill:var(--bar)}
svg.strip{display:block;width:100%;height:24px}
rect.mark{fill:currentColor}svg.share{display:block;width:100%;height:8px;border-radius:4px}
.full{fill:var(--c4)}.less{fill:var(--c3)}.few{fill:var(--c2)}.zero{fill:var(--c1)}.unjudged{fill:var(--un)}
.none{fill:none;stroke:var(--faint);stroke-width:1.5}.today{fill:none;stroke:var(--c4);stroke-width:2.5}
.today.less{stroke:var(--c3)}.today.few{stroke:var(--c2)}.today.zero{stroke:var(--c1)}.today.full,.today.less,.today.few,
.today.zero{fill:none}
rect.s-fetch{fill:var(--bar)}rect.s-archive{fill:var(--c3)}rect.s-extract{fill:var(--c2)}
rect.s-dedupe{fill:var(--ok)}rect.s-publish{fill:var(--dull)}rect.s-rest{fill:none}
.times .row{grid-template-columns:minmax(130px,1fr) minmax(160px,2fr) minmax(200px,2.4fr)}
.times .row .said{font-size:13px;color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12px;color:var(--soft);margin:8px 2px 0}
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:5px;vertical-align:-1px}
.sheet{padding:6px 14px}
.row{display:grid;grid-template-columns:minmax(130px,1.15fr) minmax(200px,2.3fr) 92px 76px 92px minmax(80px,.8fr);
gap:0 16px;align-items:center;padding:7px 0;border-top:1px solid var(--line);font-size:14px}
.row.head{border:0;font-size:12px;color:var(--soft);padding-bottom:4px}
.row .name{display:flex;align-items:center;gap:7px;font-weight:600;min-width:0}
.row .name a{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;text-decoration:none}
.row .name a:hover{text-decoration:underline}.num{text-align:right;white-space:nowrap}
.row .what{grid-column:1/-1;font-size:12.5px;color:var(--soft);padding-left:19px;overflow-wrap:anywhere}
.fields{display:flex;gap:3px}.fields i{width:8px;height:16px;border-radius:2px;background:var(--line);position:relative;
overflow:hidden}
.fields i::after{content:"";position:absolute;left:0;right:0;bottom:0;height:var(--h);background:var(--c4)}
.fields i.lost{background:var(--c1)}
details{border-top:1px solid var(--line)}details:first-child{border:0}
summary{cursor:pointer;padding:9px 0;display:flex;gap:8px;align-items:center;font-weight:600;list-style:none}
summary::-webkit-details-marker{display:none}summary::after{content:"+";margin-left:auto;color:var(--soft);font-weight:400}
details[open]>summary::after{content:"–"}summary .soft{font-weight:400;font-size:13px}
.charts{display:grid;grid-template-columns:repeat(3,1fr);gap:14px 22px;padding:4px 0 8px}figure{margin:0;min-width:0}
.facts{display:grid;grid-template-columns:repeat(3,1fr);gap:2px 22px;font-size:13px;margin:0 0 14px}
.facts div{display:flex;justify-content:space-between;gap:12px;border-top:1px dotted var(--line);padding:3px 0}
.facts dt{color:var(--soft)}.facts dd{margin:0;text-align:right;overflow-wrap:anywhere}
.fine-note{padding:14px 16px}
@media(max-width:760px){.times .row{grid-template-columns:1fr;gap:4px}
main{padding:14px 12px 40px}h1{font-size:25px}.tiles{grid-template-columns:repeat(2,1fr)}
.tile b{font-size:19px}.cards{grid-template-columns:1fr}.charts,.facts{grid-template-columns:1fr}.row.head{display:none}
.row{grid-template-columns:1fr auto auto;gap:6px 14px;padding:10px 0}.row .name{grid-column:1/2}
.row .heat{grid-column:1/-1;grid-row:2}.row .outcomes,.row .fields{display:none}.row .what{padding-left:0;grid-row:3}
.row .num::after{content:attr(data-unit);color:var(--soft);font-size:11px;margin-left:3px}}
@media print{body{background:#fff}.card,.sheet{break-inside:avoid}}
"""
