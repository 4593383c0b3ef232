"use strict";
// The whole script of a wall: a clock, views in turn, and a refresh every five seconds that outlives the server.
const page = document.body, words = JSON.parse(page.dataset.words), views = page.dataset.views.split(" ");
const EVERY = 5000, TURN = 30000, OLD = 60, PATIENCE = 8000, PAUSE = 60000;
const at = (id) => document.getElementById(id);
const zone = {timeZone: page.dataset.zone}, language = document.documentElement.lang;
const clockOf = new Intl.DateTimeFormat("en-GB", {...zone, hour: "2-digit", minute: "2-digit", second: "2-digit"});
const dayOf = new Intl.DateTimeFormat(language === "zh-CN" ? "zh-CN" : "en-GB",
  {...zone, month: language === "zh-CN" ? "long" : "short", day: "numeric", weekday: language === "zh-CN" ? "long" : "short"});
let ahead = Number(page.dataset.now) - Date.now();  // the server's clock less this machine's
let fresh = Date.now(), have = page.dataset.have, turn = -1;

const put = (id, text) => { if (at(id).textContent !== text) at(id).textContent = text; };

function age() {
  const seconds = Math.max(0, Math.round((Date.now() - fresh) / 1000));
  const [unit, size] = seconds < 100 ? ["s", 1] : seconds < 6000 ? ["m", 60] : ["h", 3600];
  put("age", words[unit].replace("{n}", Math.floor(seconds / size)));
  at("age").className = seconds > OLD ? "old" : "";
}

function show(now) {
  const next = Math.floor(now / TURN);
  if (next === turn) return;
  turn = next;
  page.dataset.view = views[turn % views.length];
  for (const name of document.querySelectorAll("nav span")) name.className = name.dataset.view === page.dataset.view ? "on" : "";
  if (views.length < 2) return;
  const line = at("line").firstElementChild;
  for (const running of line.getAnimations()) running.cancel();
  line.animate([{transform: "scaleX(0)"}, {transform: "scaleX(1)"}], {duration: TURN, fill: "forwards"}).currentTime = now % TURN;
}

function tick() {
  const now = Date.now() + ahead, moment = new Date(now);
  put("clock", clockOf.format(moment));
  put("day", dayOf.format(moment).replace("星期", " 星期"));
  show(now);
  age();
}

async function refresh() {
  const answer = await fetch(location.pathname + "/now?have=" + have, {cache: "no-store", signal: AbortSignal.timeout(PATIENCE)});
  if (answer.status === 404) { page.className = "over"; at("now").replaceChildren(); have = ""; return false; }
  if (!answer.ok) return true;
  const told = await answer.json();
  page.className = "";
  ahead = told.now - Date.now();
  fresh = Date.now();
  if (told.build !== page.dataset.build) { location.reload(); return true; }
  if (told.html !== null) { at("now").innerHTML = told.html; have = told.have; }
  return true;
}

async function keep() {
  let pause = EVERY;
  try { if (!await refresh()) pause = PAUSE; } catch { /* the server is away: what is shown stays, and its age is told */ }
  age();
  setTimeout(keep, pause);
}

tick();
setInterval(tick, 1000);
setTimeout(keep, EVERY);
