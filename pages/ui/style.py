"""The few CSS rules that the theme cannot say, each with its reason; and the tokens charts and maps use."""

from functools import lru_cache
from pathlib import Path

INK, MUTED, BRAND = "#1B2430", "#5B6675", "#0B6E69"
LATE, NEAR, NEAR_MARK, IN_TIME, SUSPENDED = "#B8321A", "#E3A008", "#C98500", "#1F6F9F", "#8C95A3"
GROUND, LINE = "#FBFAF7", "#DEDCD3"

_PANELS = '[class*="st-key-p-"],[class*="st-key-card-"],[class*="st-key-late-"],[class*="st-key-tile-"] [data-testid=stMetric]'
_CARDS = ':is([class*="st-key-card-"],[class*="st-key-late-"])'
_FIELDS = (
    ":is([data-testid=stTextInputRootElement],[data-testid=stNumberInputContainer],[data-testid=stDateInputField],"
    "[data-testid=stSelectbox] [role=group])"
)

CSS = f"""<style>
/* a Chinese font for machines that have none: fetched from this server, and only there */
@font-face{{font-family:"Grid Han";src:url(/fonts/han.otf) format("opentype");font-display:swap}}
/* side padding: no theme option */
.stMainBlockContainer{{padding-left:1.5rem;padding-right:1.5rem}}
/* the ground; the theme's background stays white, for tables, sparklines and menus are painted in it */
.stApp,.stAppHeader,.stBottom{{background:{GROUND}}}
/* panels, cards and tiles are white: a container has no background option */
{_PANELS}{{background:#fff}}
/* figures line up */
.stApp{{font-variant-numeric:tabular-nums}}
/* unit, period, language and person share the header's line */
[data-testid=stLayoutWrapper]:has(>.st-key-frame){{position:fixed;top:.6rem;right:1.5rem;width:auto;z-index:999991}}
/* a late card carries a bar, seen from afar */
[class*="st-key-late-"]{{box-shadow:inset 4px 0 0 {LATE}}}
/* cards are denser than native containers, and the whole card is the link */
{_CARDS}{{padding:.5rem .9rem .55rem;position:relative}}
{_CARDS} [data-testid=stElementContainer]{{position:static}}
{_CARDS} a{{padding:0;min-height:0;background:none!important}}
{_CARDS} a p{{font-size:1rem}}
{_CARDS} a::after{{content:"";position:absolute;inset:0;border-radius:6px}}
{_CARDS}:hover{{border-color:{BRAND}}}
/* cards of projects side by side as the screen is wide; in each a thin bar over the words that say it */
.st-key-projects{{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:.75rem}}
.st-key-projects>*{{width:100%}}
/* a line of a project keeps its button beside its words, however long they are */
[class*="st-key-row-project-"]{{flex-wrap:nowrap}}[class*="st-key-row-project-"]>:first-child{{min-width:0}}
.sg-project i{{display:block;height:6px;background:#F0EEE8;border-radius:3px;margin-top:8px;overflow:hidden}}
.sg-project u{{display:block;height:6px;background:{BRAND}}}.sg-project u.steps{{background:{IN_TIME}}}
.sg-project u.over{{background:{LATE}}}.sg-project span{{font-size:14px;line-height:20px;color:{MUTED}}}
/* a tinted box, for the deadline */
[class*="st-key-tint-"]{{background:#F7F6F1;border-radius:6px;padding:.75rem 1rem}}
/* captions: native opacity leaves 4.1 : 1 */
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{{color:{MUTED};opacity:1}}
/* headings: native padding breaks alignment in rows */
.stApp h2,.stApp h3{{padding:0}}[data-testid=stHeading] [data-testid=stMarkdownContainer]{{margin-bottom:0}}
/* tiles share a row evenly, and pair up on a phone; the whole tile is the link to its cases */
.st-key-tiles{{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:.75rem}}
.st-key-import-counts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(88px,1fr));gap:.75rem}}
/* the tools of a table or chart cover its head, and speak English only */
.stApp [data-testid=stElementToolbar]{{display:none}}
[class*="st-key-tile-"]{{position:relative;width:100%}}
[class*="st-key-tile-"] [data-testid=stElementContainer]:has([data-testid=stPageLink]){{position:absolute;inset:0;
width:auto}}
[class*="st-key-tile-"] :is(.stPageLink,.stPageLink *){{height:100%;width:100%}}
[class*="st-key-tile-"] a{{background:none!important;border-radius:6px}}[class*="st-key-tile-"] a *{{opacity:0}}
[class*="st-key-tile-"] a:is(:hover,:focus-visible){{box-shadow:inset 0 0 0 1px {BRAND}}}
/* what stands at the foot of a tile, where others have their line */
[class*="st-key-tile-"] [data-testid=stElementContainer]:has([data-testid=stCaptionContainer]){{position:absolute;left:1rem;
right:1rem;bottom:.875rem;width:auto}}
/* tables of real text: they print, and each number may link to its cases */
.sg-table{{width:100%;border-collapse:collapse;font-size:14px;line-height:20px}}
.sg-table th{{font-weight:400;color:{MUTED};text-align:left;padding:4px 8px;border:0;border-bottom:1px solid {LINE}}}
.sg-wide{{overflow-x:auto}}.sg-wide small{{font-size:12px;line-height:16px}}
.sg-table td{{padding:5px 8px;border:0;border-bottom:1px solid #F0EEE8;vertical-align:middle}}
.sg-scroll{{overflow-x:auto}}.sg-scroll td:not(.n){{min-width:5.5em}}.sg-scroll .drawn{{width:30%}}.sg-points{{margin:0;padding-left:1.4rem;font-size:16px;line-height:24px}}
.sg-points li{{padding:2px 0}}.sg-points small{{font-size:14px;color:{MUTED}}}
.sg-table .n{{text-align:right}}.sg-table :is(.n,.w){{white-space:nowrap}}
.sg-table :is(td.m,small){{color:{MUTED}}}.sg-table img{{display:block}}.sg-rank .m a{{color:{MUTED};border:0}}
@media(max-width:1600px){{.st-key-p-subjects .s img{{width:72px}}}}.st-key-p-flow{{min-height:18rem}}
/* the chart of days is as high as the panel beside it leaves it, not 350 px */
@media(min-width:641px){{.st-key-p-flow [data-testid=stElementContainer]:has(.stVegaLiteChart){{position:relative;flex:1 1 0;min-height:200px}}
.st-key-p-flow [data-testid=stElementContainer]:has(.stVegaLiteChart)>*{{position:absolute;inset:0}}}}
/* Chinese lines break after a mark, not inside a name */
:is(.st-key-p-subjects td,.sg-rank .why,.sg-rank span.m){{word-break:keep-all}}.sg-note{{font-size:14px;line-height:20px;color:{MUTED};margin:0}}
:is(.sg-table,.sg-note) a{{color:{BRAND};text-decoration:none;border-bottom:1px solid #0B6E6955}}
.sg-table .late{{color:{LATE};font-weight:600}}.sg-table .late a{{color:{LATE};border-color:#B8321A55}}
[class*="st-key-row-need"] p{{line-height:1.35}}[class*="st-key-row-need"] [data-testid=stMarkdown] p{{padding-left:1.5em;text-indent:-1.5em}}
/* what is needed and the way to it stay in one line */
[class*="st-key-row-need"]{{flex-wrap:nowrap}}[class*="st-key-row-need"]>:last-child{{flex:none}}
/* native hover turns the brand nearly black */
.stApp [data-testid=stBaseButton-primary]:is(:hover,:active){{background:#0A5A56;border-color:#0A5A56}}
/* ranks as bars: the interval, its middle marked; the mark's shape says the tier as the group's head does */
.sg-rank .ranks{{width:24%;min-width:120px}}.sg-rank th div{{display:flex;justify-content:space-between}}
.sg-rank .bar{{position:relative;height:10px;border-radius:5px;background:#F6F5F0}}
.sg-rank .bar i{{position:absolute;top:0;bottom:0;border-radius:5px;background:#C9CED5}}
.sg-rank .bar u{{position:absolute;top:-3px;width:6px;height:16px;margin-left:-3px;background:{MUTED};outline:2px solid #fff}}
.sg-rank .front .bar i{{background:#A9C9DD}}.sg-rank .behind .bar i{{background:#E3A79A}}
.sg-rank .front .bar u{{background:{IN_TIME};width:12px;height:12px;top:-1px;margin-left:-6px;border-radius:6px}}
.sg-rank .behind .bar u{{background:{LATE};width:12px;height:12px;top:-1px;margin-left:-6px}}
.sg-rank .tier td{{background:{GROUND};border-top:1px solid {LINE}}}.sg-rank .tier :is(i,span){{font-style:normal;color:{MUTED}}}
.sg-rank .tier.front i{{color:{IN_TIME}}}.sg-rank .tier.behind i{{color:{LATE}}}
.sg-rank .s div{{display:flex;align-items:center;gap:6px}}.sg-rank small{{color:{MUTED};font-size:12px}}
.sg-rank .value{{font-weight:600}}.sg-rank .value .m{{font-weight:400}}.sg-rank :is(.n.m,span.m){{color:{MUTED}}}
.sg-rank .total td{{font-weight:600;border-top:1px solid {LINE};background:{GROUND}}}.sg-rank .total :is(td,span).m{{font-weight:400}}
.sg-beside .bar{{height:8px;border-radius:4px;background:#A9C9DD;margin:2px 0}}.sg-beside .bar.own{{background:#C9CED5}}
.sg-beside .behind .own{{background:#E3A79A}}.sg-beside .behind .gap{{color:{LATE};font-weight:600}}.sg-beside td.b{{width:34%}}
.sg-rank .why a{{color:{MUTED};border:0}}.sg-rank.phone .bar{{margin:4px 0 6px}}
/* beside its chart the ranking needs a wide screen; else the chart stands below */
@media(max-width:1600px){{.sg-rank .ranks{{width:18%}}[data-testid=stHorizontalBlock]:has(.st-key-p-ranking){{flex-wrap:wrap}}
[data-testid=stHorizontalBlock]:has(.st-key-p-ranking)>[data-testid=stColumn]{{min-width:100%}}}}
.st-key-p-ranking .stHtml{{overflow-x:auto}}
.st-key-queue-head{{flex-wrap:nowrap}}
/* when and who take one line, what happened takes the rest */
.st-key-queue-history td:not(:nth-child(2)){{width:1%}}
.st-key-queue-history [data-testid=stMarkdownContainer]{{max-width:none!important}}
.st-key-queue-history td:not(:nth-child(2)),.st-key-queue-history td:not(:nth-child(2)) *{{white-space:nowrap!important;overflow:visible}}
/* the number to dial is read across a desk */
.sg-dial{{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline}}.sg-dial :is(a,b){{font-size:1.75rem;line-height:44px;
font-weight:600;color:{BRAND}}}
/* hairline between rows */
[class*="st-key-row-"]{{border-top:1px solid #ECEAE3;padding-top:.4rem}}
/* sign-in art bleeds to the edges */
.stMainBlockContainer:has(.st-key-signbox){{padding:0}}.stApp:has(.st-key-signbox) .stAppHeader{{background:transparent}}
.st-key-art img{{height:100vh;object-fit:cover}}
/* the uploader's words cannot be set: its English is hidden, the button carries ours (--upload) */
[data-testid=stFileUploaderDropzoneInstructions]{{display:none}}
[data-testid=stFileUploaderDropzone] button p{{font-size:0}}
[data-testid=stFileUploaderDropzone] button p::after{{content:var(--upload);font-size:.875rem}}
/* lanes are a tone darker than the ground */
[class*="st-key-lane-"]{{background:#F3F2EC;border-color:transparent}}
/* in narrow lanes every head has two lines, so that the cards begin on one */
@media(min-width:641px) and (max-width:1600px){{[class*="st-key-lanehead-"]>*{{min-width:100%}}}}
/* the link in a lane's head is as large as a panel's title */
[class*="st-key-lanehead-"] a{{padding:0;background:none!important}}[class*="st-key-lanehead-"] a p{{font-size:1rem}}
/* a number, a name and a whistle stay in one piece, however narrow the lane */
[class*="-board-"] p{{word-break:keep-all;overflow-wrap:anywhere;line-height:1.4}}
[class*="-board-"] [data-testid=stElementContainer]:first-child p>span{{display:inline-block}}
/* one line of text on a card */
{_CARDS} a p{{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}}
/* the map fills what is left of the screen: pixel heights fit one screen only */
.st-key-mapbox{{flex:none!important;height:calc(100vh - 8.25rem)!important;min-height:26rem;background:#fff;
border:1px solid {LINE};border-radius:6px;overflow:hidden;position:relative}}
.st-key-mapbox :is([data-testid=stElementContainer]:has([data-testid=stDeckGlJsonChart]),[data-testid=stFullScreenFrame],
[data-testid=stFullScreenFrame]>div,[data-testid=stDeckGlJsonChart]){{height:100%!important}}
.st-key-mapbox [data-testid=stElementContainer]:not(:has([data-testid=stDeckGlJsonChart])){{position:absolute;left:12px;
bottom:12px;width:auto!important;max-width:calc(100% - 24px);z-index:3}}
.st-key-p-mapside{{flex:none!important;height:calc(100vh - 8.25rem)!important;min-height:26rem;overflow:auto}}
.sg-legend{{display:flex;flex-wrap:wrap;gap:4px 14px;background:#FFFFFFF0;border:1px solid {LINE};border-radius:6px;
padding:8px 12px;font-size:14px;line-height:20px;color:{MUTED}}}
.sg-legend span{{display:flex;gap:6px;align-items:center;white-space:nowrap}}.sg-legend b{{color:{INK};font-weight:600}}
.sg-legend i{{width:18px;height:14px;border-radius:2px;border:1px solid #1B243026}}
.sg-legend i.hatched{{background:repeating-linear-gradient(135deg,#A5A297 0 1px,#F0EEE8 1px 4.5px)}}
.sg-legend i.chip{{width:13px;height:13px;border:0;border-radius:0;background:{LATE}}}
/* the way down to a unit, in one line */
:is([class*="st-key-row-map-"],.st-key-mapfigures) a{{padding:0;background:none!important}}
.st-key-crumbs a{{padding:0;background:none!important}}.st-key-crumbs a p{{font-size:1rem;color:{MUTED}}}
/* the map's panel: a unit's name and figures, and who answers for it */
.sg-place h2{{font-size:1.5rem;line-height:2rem;display:flex;gap:10px;align-items:center;margin:0}}
.sg-place h2 i{{width:22px;height:22px;border-radius:4px;border:1px solid #1B243033}}
.sg-place p,.sg-people span{{color:{MUTED};font-size:14px;margin:0}}
.sg-place>div{{display:grid;grid-template-columns:repeat(3,1fr);margin-top:12px;padding:10px 0;border:solid #ECEAE3;border-width:1px 0}}
.sg-place>div div+div{{border-left:1px solid #ECEAE3;padding-left:14px}}
.sg-place>div b{{display:block;font-size:1.625rem;line-height:2rem;font-weight:600}}
.sg-people h3{{font-size:14px;font-weight:400;color:{MUTED};margin:0 0 6px}}
.sg-people>div{{display:grid;grid-template-columns:auto 1fr auto;gap:0 12px;align-items:center;margin-bottom:10px;line-height:22px}}
.sg-people i{{grid-row:span 2;width:40px;height:40px;border-radius:50%;background:#E2F0EE;color:{BRAND};font-style:normal;
font-weight:600;display:grid;place-items:center}}
.sg-people b{{font-weight:600}}.sg-people div>span:last-child{{grid-column:2/4}}
@media(max-width:640px){{
.st-key-mapbox{{height:52vh!important;min-height:20rem}}.st-key-p-mapside{{height:auto!important}}
.stMainBlockContainer{{padding-left:1rem;padding-right:1rem}}
[data-testid=stLayoutWrapper]:has(>.st-key-frame){{right:.75rem;max-width:calc(100vw - 4.5rem)}}
.st-key-art{{display:none}}
.stMainBlockContainer:has(.st-key-signbox){{padding:3rem 1.25rem}}
[data-testid=stBottomBlockContainer]{{padding:.375rem .5rem!important;border-top:1px solid {LINE}}}
.st-key-tabs a{{min-height:44px;padding:0 .75rem}}
[data-testid=stRadio] label,[data-testid=stCheckbox] label{{min-height:44px;align-items:center}}
[data-testid=stCheckbox]{{margin:-8px 0}}
/* beside a long name of a unit only the mark has room, and the name ends in dots */
.stAppHeader img{{width:2rem;object-fit:cover;object-position:left}}
.st-key-frame{{flex-wrap:nowrap}}.st-key-frame>:first-child{{min-width:0}}.st-key-frame button{{min-height:44px}}
.st-key-tiles>:last-child:nth-child(odd){{grid-column:1/-1}}
[class*="st-key-tile-"]:has([data-testid=stCaptionContainer]) [data-testid=stMetric]{{padding-bottom:2.75rem}}
/* a paper's table: bars are left out, what has no column of its own stands below its row */
.sg-scroll :is(td,th):is(.drawn,.b){{display:none}}.sg-scroll .sg-table :is(td,th){{padding-left:4px;padding-right:4px}}.sg-scroll td{{min-width:0!important}}.sg-scroll th{{white-space:normal!important}}
.sg-scroll small{{font-size:12px;line-height:16px}}.sg-scroll small:not(.w){{white-space:normal}}.sg-scroll small a{{min-width:28px}}.sg-beside .n a{{min-width:24px}}
.sg-scroll tr:has(+.more) td{{border-bottom:0}}.sg-scroll .more td{{color:{MUTED};padding-bottom:6px}}.sg-scroll .more span{{display:inline-block;margin-right:12px}}.sg-scroll .more a{{min-width:0;padding:12px 4px}}
/* thumbs need 44 px; native buttons have 32 to 40 */
.st-key-p-subjects .s{{display:none}}
:is(.sg-table,.sg-note) a{{display:inline-block;min-width:32px;min-height:44px;box-sizing:border-box;padding:12px 0;border:0;
text-decoration:underline;text-underline-offset:3px}}:is(.sg-rank .value,.sg-beside,small) a{{text-align:center}}.sg-note a{{min-width:0;padding:12px 4px;margin:0 -4px}}.sg-table td{{padding-top:2px;padding-bottom:2px}}
.sg-table :is(.why,.m) a{{padding:4px 0 12px}}
.stMain [data-testid=stLinkButton] a{{min-height:44px}}
[class*="st-key-row-need"]{{position:relative}}[class*="st-key-row-need"] [data-testid=stElementContainer]{{position:static}}
[class*="st-key-row-need"] a::after{{content:"";position:absolute;inset:0}}
.stMain button:not([data-testid=stTooltipHoverTarget]),.stMain {_FIELDS}{{min-height:44px}}
.stMain :not({_CARDS} *)>[data-testid=stPageLink-NavLink]{{min-height:44px}}.stAppHeader button{{min-width:44px;min-height:44px}}
/* a lane's head and the title of a map's demand are links as well: their lines grow with them */
.st-key-crumbs{{row-gap:0}}[role=dialog] :is(button,{_FIELDS}){{min-height:44px}}
}}
</style>"""


def css(upload: str) -> str:
    """The style element of every page; `upload` is the word on a file uploader's button."""
    return CSS.replace("<style>", f"<style>:root{{--upload:'{upload}'}}", 1)


@lru_cache(maxsize=2)
def logo(language: str) -> str:
    """The product's mark with its name, as SVG; drawn by pages/static/marks.py."""
    return (Path(__file__).parents[1] / "static" / f"mark-{language}.svg").read_text(encoding="utf-8")
