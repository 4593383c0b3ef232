#!/bin/sh
# The browser and a Chinese font for the browser tests: by apt as root, else Playwright's own download.
# Without either, those tests are counted as skipped with the reason.
set -u

have_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || ls "$HOME"/.cache/ms-playwright/chromium-* >/dev/null 2>&1; }
have_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn)" ]; }

if have_browser && have_font; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fontconfig fonts-noto-cjk >/dev/null
fi
have_browser || .venv/bin/playwright install chromium >/dev/null 2>&1 || echo "no browser could be installed: browser tests will be skipped" >&2
exit 0
