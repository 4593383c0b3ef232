"""The one style sheet of the open pages: readable on an old phone, and on A4 or A3 beside the village office's door."""

import base64
import hashlib

from pages.ui.style import BRAND, GROUND, IN_TIME, INK, LATE, LINE, MUTED, NEAR_MARK, SUSPENDED

CSS = f"""
@font-face{{font-family:"Grid Han";src:url(/fonts/han.otf) format("opentype");font-display:swap}}
*{{box-sizing:border-box}}
body{{margin:0;background:{GROUND};color:{INK};font:16px/1.5 "Source Sans","Noto Sans CJK SC","Noto Sans SC",
"Microsoft YaHei UI","PingFang SC","Grid Han",sans-serif;font-variant-numeric:tabular-nums}}
a{{color:{BRAND}}}
.wrap{{max-width:1080px;margin:0 auto;padding:16px}}
header{{background:#fff;border-bottom:1px solid {LINE}}}
.mark{{display:flex;justify-content:space-between;align-items:center}}
.mark a{{padding:10px 0 10px 16px}}
h1{{font-size:28px;line-height:1.25;margin:14px 0 0}}h1 small{{font-size:18px;font-weight:400;color:{MUTED}}}
h2{{font-size:18px;margin:0 0 10px}}h2 small{{font-size:14px;font-weight:400;color:{MUTED}}}
p{{margin:6px 0}}.muted{{color:{MUTED};font-size:14px}}
nav{{margin-top:12px;line-height:2.2}}nav a,nav b{{display:inline-block;margin-right:16px;min-height:32px}}
section{{background:#fff;border:1px solid {LINE};border-radius:6px;padding:16px;margin-top:12px;overflow-x:auto}}
.tiles{{display:flex;flex-wrap:wrap;margin:0 -8px;padding:0}}
.tiles div{{flex:1 1 130px;padding:4px 8px}}.tiles b{{display:block;font-size:30px;line-height:1.3}}
.tiles span{{color:{MUTED};font-size:14px}}
table{{width:100%;border-collapse:collapse;font-size:15px}}
th{{text-align:left;font-weight:400;color:{MUTED};border-bottom:1px solid {LINE};padding:6px 8px;font-size:14px}}
td{{border-bottom:1px solid #F0EEE8;padding:8px;vertical-align:top}}
.n{{text-align:right;white-space:nowrap}}.w{{white-space:nowrap}}
td strong{{display:block;font-weight:600}}
td i{{font-style:normal}}.late{{color:{LATE};font-weight:600}}.near i{{color:{NEAR_MARK}}}.in_time i{{color:{IN_TIME}}}
.suspended i{{color:{SUSPENDED}}}
.share{{width:34%;min-width:80px}}.share svg{{display:block;width:100%;height:14px;margin-top:5px;background:#F3F2EC}}
ul{{list-style:none;margin:0;padding:0}}li{{padding:8px 0;border-bottom:1px solid #F0EEE8}}
li time{{color:{MUTED};margin-right:10px;white-space:nowrap}}
footer{{color:{MUTED};font-size:14px;padding:16px 0 32px}}
@media(max-width:640px){{h1{{font-size:24px}}nav{{line-height:44px}}
table:not(.stack) :is(th,td){{padding:8px 4px;white-space:normal;word-break:keep-all}}.share{{min-width:32px}}
.stack thead{{display:none}}.stack tr{{display:block;padding:8px 0;border-bottom:1px solid {LINE}}}
.stack td{{display:inline-block;border:0;padding:2px 14px 2px 0;text-align:left}}.stack td:first-child{{display:block}}
.stack td[data-of]::before{{content:attr(data-of) ": ";color:{MUTED}}}
:lang(zh) .stack td[data-of]::before{{content:attr(data-of) "："}}}}
@page{{margin:12mm}}
@media print{{body{{background:#fff;font-size:11pt}}header{{border:0}}.wrap{{max-width:none;padding:0}}
nav,.mark a{{display:none}}
section{{border:0;border-top:1px solid {INK};border-radius:0;padding:8px 0;overflow:visible}}
table{{font-size:10.5pt}}tr,li,.tiles div{{page-break-inside:avoid;break-inside:avoid}}
thead{{display:table-header-group}}
h2{{page-break-after:avoid;break-after:avoid}}a{{color:{INK};text-decoration:none}}
*{{-webkit-print-color-adjust:exact;print-color-adjust:exact}}}}
@media print and (min-width:270mm){{body{{font-size:15pt}}table{{font-size:14pt}}
h1{{font-size:34pt}}h2{{font-size:20pt}}
.tiles b{{font-size:34pt}}.muted,th,.tiles span,footer,h2 small{{font-size:12pt}}}}
"""

HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
"""What a Content-Security-Policy names the sheet by, so that no other may be slipped in."""
