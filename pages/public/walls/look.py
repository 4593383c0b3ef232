"""The one style sheet of a wall: dark, huge, and the same picture at every height, for one rem is a 108th of it."""

import base64
import hashlib

GROUND, PANEL, LINE = "#0C1420", "#142033", "#26364F"
INK, MUTED, FAINT = "#F2F5F9", "#A9B6C6", "#7F8DA0"
BRAND, LATE, NEAR, IN_TIME, SUSPENDED = "#4FD1C5", "#FF6B4A", "#FFD166", "#4FB3E8", "#7C8899"
LATE_RAMP = ("#1A2A42", "#55302F", "#83402F", "#B04F38", "#D75D41", LATE)
"""How many late, from none to the most: dark to the hue of lateness."""
HELD = ("#2B5F85", "#3A86B5", "#4FB3E8", "#7CC8EF", "#A5D8F3", "#CBE8F8")
"""Who holds the open ones, from below."""
FAMILIES = '"Grid Latin","Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei UI","PingFang SC","Grid Han",sans-serif'

CSS = f"""
@font-face{{font-family:"Grid Han";src:url(/fonts/han.otf) format("opentype");font-display:swap}}
@font-face{{font-family:"Grid Latin";src:url(/fonts/latin.woff2) format("woff2");font-weight:200 900;font-display:swap}}
*{{box-sizing:border-box;margin:0;padding:0}}
/* 1rem is 10 px at 1080 lines and 20 px at 2160; a screen narrower than 16:9 goes by its width */
html{{font-size:min(calc(100vh / 108),calc(100vw / 192));height:100%;overflow:hidden;background:{GROUND};cursor:none}}
body{{height:100vh;overflow:hidden;display:grid;grid-template-rows:7.2rem minmax(0,1fr);gap:2.4rem;
padding:2.4rem 4rem 2.6rem;color:{INK};background:{GROUND};font-family:{FAMILIES};font-size:2.6rem;line-height:1.25;
font-variant-numeric:tabular-nums lining-nums;-webkit-user-select:none;user-select:none}}
b,strong{{font-weight:600}}h1,h2{{font-weight:700;white-space:nowrap}}i{{font-style:normal}}svg{{display:block}}
.defs{{position:absolute;width:0;height:0}}
.mu{{color:{MUTED}}}.lt{{color:{LATE}}}.clip{{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}}
header{{display:flex;align-items:center;gap:2rem;position:relative;padding-bottom:1.6rem;white-space:nowrap}}
header>svg{{width:4.4rem;height:4.4rem;flex:none}}
header h1{{font-size:4.4rem;letter-spacing:.04em;line-height:1}}
html[lang=en] header h1{{font-size:3.6rem;letter-spacing:0}}
header .sub{{font-size:2.8rem;color:{MUTED};padding-top:.9rem}}html[lang=en] header .sub{{font-size:2.4rem}}
header nav{{display:flex;gap:3.2rem;font-size:2.6rem;color:{FAINT};margin-left:auto;margin-right:3.2rem}}
html[lang=en] header nav{{gap:2.4rem;font-size:2.4rem;margin-right:2rem}}
header nav .on{{color:{INK};font-weight:700}}
#day{{font-size:2.8rem;color:{MUTED}}}html[lang=en] #day{{font-size:2.4rem}}
#clock{{font-size:5.6rem;font-weight:600;line-height:1;min-width:22rem;text-align:right}}
#age{{font-size:2.6rem;color:{MUTED};min-width:15rem;text-align:right}}
#age::before{{content:"";display:inline-block;width:1.4rem;height:1.4rem;border-radius:50%;background:currentColor;
margin-right:1rem}}
#age.old{{color:{LATE};font-weight:700}}#age.old::before{{border-radius:0}}
#line{{position:absolute;left:0;right:0;bottom:0;height:.3rem;background:#22314A;overflow:hidden}}
#line i{{display:block;height:100%;background:{BRAND};transform-origin:left}}
main{{display:grid;grid-template-rows:17.2rem minmax(0,1fr);gap:2.4rem;min-height:0}}
#gone{{display:none;position:fixed;inset:0;background:{GROUND};font-size:4.4rem;place-items:center;text-align:center;
padding:10rem}}.over #gone{{display:grid}}
/* six figures */
.tiles{{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));min-height:0}}
.tiles>div{{border-left:.1rem solid {LINE};padding:.2rem 0 0 2.2rem;display:flex;flex-direction:column;min-width:0}}
.tiles>div:first-child{{border-left:0;padding-left:0}}
.tiles .l{{font-size:2.8rem;color:{MUTED};display:flex;align-items:center;gap:1rem;white-space:nowrap}}
html[lang=en] .tiles .l{{font-size:2.5rem}}
.tiles .v{{font-size:9.6rem;font-weight:600;line-height:1;height:10.2rem;letter-spacing:-.02em;display:flex;
align-items:center;gap:1.4rem;white-space:nowrap}}
.tiles .v.m{{font-size:7rem}}.tiles .v.s{{font-size:5.2rem}}
.tiles .v small{{font-size:.54em;font-weight:600;letter-spacing:0;align-self:flex-end;padding-bottom:1.3rem;
margin-left:-1rem}}.tiles .v.m small{{padding-bottom:2rem}}
.tiles .trend{{flex:0 1 9.8rem;min-width:5rem;margin-left:auto;margin-right:2.2rem;text-align:center;padding-top:1.6rem;
letter-spacing:0;line-height:1}}.trend svg{{width:100%;height:4.6rem}}
.tiles .v .trend small{{display:block;font-size:2rem;font-weight:400;color:{MUTED};margin:.4rem 0 0;padding:0}}
.tiles .f{{font-size:2.5rem;color:{MUTED}}}html[lang=en] .tiles .f{{font-size:2.3rem}}.tiles .f b{{color:{INK}}}
/* shapes of a status: never colour alone */
.sq{{width:1.9rem;height:1.9rem;background:{LATE};display:inline-block;flex:none}}
.tri{{width:0;height:0;border:1.15rem solid transparent;border-top:0;border-bottom:2rem solid {NEAR};
display:inline-block;flex:none}}
.ci{{width:1.9rem;height:1.9rem;border-radius:50%;background:{IN_TIME};display:inline-block;flex:none}}
.ho{{width:1.9rem;height:1.9rem;border-radius:50%;border:.35rem solid {MUTED};display:inline-block;flex:none}}
.ba{{width:2rem;height:.9rem;background:{SUSPENDED};display:inline-block;flex:none}}
/* panels */
.view{{display:none;gap:2.4rem;min-height:0}}
body[data-view=situation] .situation,body[data-view=map] .map,body[data-view=ranking] .ranking,
body[data-view=whistles] .whistles,body[data-view=feed] .feed{{display:grid}}
/* each panel beside the map has a part of the height */
.situation{{grid-template-columns:minmax(0,95fr) minmax(0,47fr) minmax(0,48fr)}}
.map{{grid-template-columns:minmax(0,128fr) minmax(0,62fr)}}.ranking{{grid-template-columns:minmax(0,1fr)}}
.whistles{{grid-template-columns:repeat(2,minmax(0,1fr))}}.feed{{grid-template-columns:minmax(0,11fr) minmax(0,8fr)}}
.column{{display:grid;gap:1.8rem;min-height:0;grid-template-rows:auto auto minmax(0,1fr)}}
.pair{{display:grid;gap:2.4rem;min-height:0;grid-template-rows:auto minmax(0,1fr)}}
.halves{{display:grid;gap:2.4rem;min-height:0;grid-template-rows:repeat(2,minmax(0,1fr))}}
.panel{{background:{PANEL};border-radius:1rem;padding:1.6rem 2.2rem;display:flex;flex-direction:column;min-height:0;
min-width:0;overflow:hidden}}
.panel h2{{font-size:3rem;display:flex;align-items:baseline;gap:1.4rem;line-height:1.2;flex:none}}
.panel h2 small{{font-weight:400;font-size:2.3rem;color:{MUTED}}}
.panel h2 .keys{{margin-left:auto;display:flex;gap:1.5rem;font-weight:400;font-size:2.3rem;color:{MUTED}}}
.keys i{{display:inline-block;width:2.8rem;height:1.8rem;border-radius:.2rem;margin-right:.7rem;vertical-align:-.1rem}}
.keys svg{{display:inline-block;width:2.8rem;height:1.8rem;margin-right:.7rem;vertical-align:-.1rem}}
.none{{flex:1;display:grid;place-content:center;text-align:center;color:{MUTED};font-size:2.8rem;padding:0 2rem}}
.none .ci{{margin:0 auto 1.2rem;width:3rem;height:3rem}}
/* map */
.land{{flex:1;min-height:0;margin-top:.6rem;position:relative}}
.land svg{{position:absolute;inset:0;width:100%;height:100%}}
.who{{flex:none;padding-top:.8rem;font-size:2.4rem;color:{MUTED}}}
.who>svg{{width:100%;height:1.2rem;margin-bottom:.7rem}}
.who p{{display:flex;flex-wrap:wrap;gap:0 1.7rem;white-space:nowrap}}
html[lang=en] .who p{{font-size:2.2rem;gap:0 1.5rem}}
.who b{{color:{INK};margin-left:.6rem}}
.who p>span:first-child{{color:{INK}}}
.who p svg{{display:inline-block;width:1.6rem;height:1.6rem;margin-right:.8rem;vertical-align:-.1rem}}
/* ranking: rows share the height, and are never higher than text needs */
.rank{{flex:1;min-height:0;display:grid;grid-auto-rows:minmax(0,5.6rem);margin-top:.6rem;font-size:2.4rem}}
.rank{{--columns:9rem minmax(0,1fr) 6.4rem}}
html[lang=en] .rank{{--columns:15rem minmax(0,1fr) 6rem;font-size:2.2rem}}
.rank.long{{--columns:14rem minmax(0,1fr) 6.4rem}}html[lang=en] .rank.long{{--columns:23rem minmax(0,1fr) 6rem}}
.rank>div{{display:grid;grid-template-columns:var(--columns);gap:1.2rem;align-items:center;white-space:nowrap}}
html .rank.wide{{--columns:20rem 8rem minmax(0,1fr) 10rem 22rem 12rem;font-size:2.6rem}}.rank.wide>div{{gap:2.4rem}}
html .rank.wide.long{{--columns:30rem 8rem minmax(0,1fr) 10rem 22rem 12rem}}
html .rank.late{{--columns:minmax(0,1fr) 8rem 8rem 20rem;font-size:2.6rem}}
html[lang=en] .rank.late{{--columns:minmax(0,1fr) 8rem 8rem 14rem}}
html .rank.answers{{--columns:minmax(0,1fr) 14rem 22rem 11rem;font-size:2.6rem}}
html[lang=en] .rank.answers{{--columns:minmax(0,1fr) 12rem 25rem 12rem}}.share{{width:100%;height:1.2rem}}
.rank.late p{{padding-top:1rem}}.ends{{display:flex;justify-content:space-between;font-size:2.3rem}}
.rank .n{{text-align:right;font-weight:600}}
.rank .n small{{font-weight:400;font-size:.88em;color:{MUTED};margin-left:1rem}}
.rank.roomy{{grid-template-rows:minmax(0,5.6rem);grid-auto-rows:minmax(0,12rem)}}
html[lang^=zh] .rank.roomy>div:not(.head){{font-size:2.8rem}}
html .rank.wide.roomy>div:not(.head){{font-size:3.2rem}}
.rank .head{{color:{MUTED};font-size:2.2rem}}.rank .head .n{{font-weight:400}}
.rank .new{{border-top:.1rem solid #3A4C68}}
.bar{{height:100%;width:100%;min-height:1.6rem;overflow:visible}}.bar line{{stroke:{LINE};stroke-width:.1rem}}
.bar .span{{height:1rem;y:calc(50% - .5rem);rx:.5rem;opacity:.55}}
.bar .front{{fill:{IN_TIME}}}.bar .middle{{fill:#8FA0B5}}.bar .behind{{fill:{LATE}}}
.bar circle{{r:.9rem;stroke:{PANEL};stroke-width:.3rem}}
.bar .mark{{width:1rem;height:2rem;rx:.4rem;y:calc(50% - 1rem);transform:translateX(-.5rem);stroke:{PANEL};
stroke-width:.3rem}}
.bar .mark.behind{{width:1.8rem;height:1.8rem;y:calc(50% - .9rem);rx:0;transform:translateX(-.9rem)}}
.bar text{{fill:{MUTED};font-size:2.1rem;dominant-baseline:central;stroke:{PANEL};stroke-width:.8rem;
paint-order:stroke}}
.t-front{{color:{IN_TIME}}}.t-behind{{color:{LATE}}}.t-none{{color:{FAINT}}}
/* lists */
.list{{flex:1;min-height:0;display:grid;grid-auto-rows:minmax(0,9.6rem);margin-top:.6rem;overflow:hidden}}
.list>div{{border-top:.1rem solid {LINE};display:grid;align-content:center;grid-template-columns:minmax(0,1fr) auto;
gap:.2rem 1.6rem;white-space:nowrap}}.list>div:first-child{{border-top:0}}
.list .d{{display:flex;gap:1rem;align-items:center;color:{MUTED};font-size:2.4rem}}.list .r{{text-align:right}}
.list.tall{{grid-auto-rows:minmax(0,15.6rem)}}.list b{{font-size:2.7rem}}.list.tall b{{font-size:3.4rem}}
.list.tall .d{{font-size:3rem}}.few{{padding:1.2rem 2.2rem .8rem}}.few .list{{grid-auto-rows:auto;margin:0}}
.few .list>div{{padding:.6rem 0;gap:0 1.6rem}}.few .list b{{font-size:2.5rem}}.few .list .d{{font-size:2.3rem}}
.few .list>div .d{{grid-column:1/-1}}
.news>div{{grid-template-columns:9.4rem minmax(0,1fr)}}.news .mu{{font-size:2.3rem}}.news .x{{grid-column:2}}
.news b{{font-size:2.5rem}}.news i{{display:inline-block;margin-right:1rem;vertical-align:-.1rem}}
.news:not(.one)>div{{gap:0 1.2rem}}html[lang=en] .news:not(.one) b,html[lang=en] .few .list b{{font-size:2.3rem}}
.news.one{{grid-auto-rows:minmax(0,7.4rem)}}.news.one>div{{grid-template-columns:11rem 26rem minmax(0,1fr);
align-items:baseline}}
.news.one .x{{grid-column:auto;font-size:2.7rem;color:{INK}}}.news.one b{{font-size:2.8rem}}
.news.one .mu:first-child{{font-size:2.6rem}}
.levels{{flex:1;min-height:0;display:grid;grid-auto-rows:minmax(0,9.6rem);align-content:start;margin-top:.6rem}}
.levels>div{{display:grid;grid-template-columns:minmax(0,
1fr) auto;align-content:center;gap:.6rem 1.6rem;white-space:nowrap}}
.levels svg{{grid-column:1/-1;width:100%;height:1.2rem}}
"""

HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
"""What a Content-Security-Policy names the sheet by, so that no other may be slipped in."""
