"""The few CSS rules that the theme cannot say, each with its reason; and the tokens charts and maps use."""

from functools import lru_cache
from pathlib import Path

INK, MUTED, BRAND = "#1B2430", "#5B6675", "#0B6E69"
LATE, NEAR, NEAR_MARK, IN_TIME, SUSPENDED = "#B8321A", "#E3A008", "#C98500", "#1F6F9F", "#8C95A3"
GROUND, LINE = "#FBFAF7", "#DEDCD3"

_PANELS = '[class*="st-key-p-"],[class*="st-key-card-"],[class*="st-key-late-"],[class*="st-key-tile-"] [data-testid=stMetric]'
_CARDS = ':is([class*="st-key-card-"],[class*="st-key-late-"])'

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
/* a tinted box, for the deadline */
[class*="st-key-tint-"]{{background:#F7F6F1;border-radius:6px;padding:.75rem 1rem}}
/* captions: native opacity leaves 4.1 : 1 */
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{{color:{MUTED};opacity:1}}
/* headings: native padding breaks alignment in rows */
.stApp h2,.stApp h3{{padding:0}}[data-testid=stHeading] [data-testid=stMarkdownContainer]{{margin-bottom:0}}
/* tiles share a row evenly, and pair up on a phone; the whole tile is the link to its cases */
.st-key-tiles{{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:.75rem}}
[class*="st-key-tile-"]{{position:relative;width:100%}}
[class*="st-key-tile-"] [data-testid=stElementContainer]:has([data-testid=stPageLink]){{position:absolute;inset:0;width:auto}}
[class*="st-key-tile-"] :is(.stPageLink,.stPageLink *){{height:100%;width:100%}}
[class*="st-key-tile-"] a{{background:none!important;border-radius:6px}}[class*="st-key-tile-"] a *{{opacity:0}}
[class*="st-key-tile-"] a:is(:hover,:focus-visible){{box-shadow:inset 0 0 0 1px {BRAND}}}
/* tables of real text: they print, and each number may link to its cases */
.sg-table{{width:100%;border-collapse:collapse;font-size:14px;line-height:20px}}
.sg-table th{{font-weight:400;color:{MUTED};text-align:left;padding:4px 8px;border:0;border-bottom:1px solid {LINE}}}
.sg-table td{{padding:5px 8px;border:0;border-bottom:1px solid #F0EEE8;vertical-align:middle}}
.sg-table .n{{text-align:right;white-space:nowrap}}.sg-table td.m{{color:{MUTED}}}.sg-table img{{display:block}}
.sg-table a{{color:{BRAND};text-decoration:none;border-bottom:1px solid #0B6E6955}}
.sg-table .late{{color:{LATE};font-weight:600}}.sg-table .late a{{color:{LATE};border-color:#B8321A55}}
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
@media(max-width:640px){{
.stMainBlockContainer{{padding-left:1rem;padding-right:1rem}}
[data-testid=stLayoutWrapper]:has(>.st-key-frame){{right:.75rem;max-width:62vw}}
.st-key-art{{display:none}}
.stMainBlockContainer:has(.st-key-signbox){{padding:3rem 1.25rem}}
[data-testid=stBottomBlockContainer]{{padding:.375rem .5rem!important;border-top:1px solid {LINE}}}
.st-key-tabs a{{min-height:44px;padding:0 .75rem}}
}}
</style>"""


def css(upload: str) -> str:
    """The style element of every page; `upload` is the word on a file uploader's button."""
    return CSS.replace("<style>", f"<style>:root{{--upload:'{upload}'}}", 1)


@lru_cache(maxsize=2)
def logo(language: str) -> str:
    """The product's mark with its name, as SVG; drawn by pages/static/marks.py."""
    return (Path(__file__).parents[1] / "static" / f"mark-{language}.svg").read_text(encoding="utf-8")
