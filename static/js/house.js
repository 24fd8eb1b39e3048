// Small comforts. Every page works without this file; nothing here asks the network for anything.
// Sentences come from the page (data- attributes), so that they are translated where all others are.

const language = document.documentElement.lang || "en";

// <time data-your-time="On your clock: {}" data-hours="{start}–{end}" datetime="2026-05-12T11:00Z" data-until="..." data-zone="Europe/Brussels" hidden></time>
// Shown only to readers whose clock differs from the event's.
function yourTime() {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const time of document.querySelectorAll("time[data-your-time]")) {
    const start = new Date(time.dateTime);
    if (Number.isNaN(start.getTime()) || sameClock(start, here, time.dataset.zone)) continue;
    const say = (moment, options) => new Intl.DateTimeFormat(localeOfPage(), { ...options, hourCycle: "h23" }).format(moment);
    const dayOf = (moment, timeZone) => `${say(moment, { weekday: "long", timeZone })} ${say(moment, { day: "numeric", month: "long", timeZone })}`;
    const hourOf = (moment) => say(moment, { hour: "2-digit", minute: "2-digit" });
    const both = (day, hours) => day + (language === "ar" ? "، " : ", ") + hours;
    const span = (words, from, to) => words.replace("{start}", from).replace("{end}", to);
    const end = new Date(time.dataset.until || time.dateTime);
    const hours = span(time.dataset.hours || "{start}–{end}", hourOf(start), hourOf(end));
    const isOneDay = dayOf(start) === dayOf(end);
    const isSameDay = isOneDay && [start, end].every((moment) => dayOf(moment) === dayOf(moment, time.dataset.zone));
    const said = isSameDay ? hours
      : isOneDay ? both(dayOf(start), hours)
      : span(time.dataset.days || "{start} – {end}", both(dayOf(start), hourOf(start)), both(dayOf(end), hourOf(end)));
    time.textContent = (time.dataset.yourTime || "{}").replace("{}", said);
    time.hidden = false;
  }
}

function localeOfPage() {
  return { ar: "ar-SY-u-nu-latn", en: "en-GB" }[language] || language;
}

function sameClock(moment, here, there) {
  if (!there) return false;
  const read = (zone) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(moment);
  try {
    return read(here) === read(there);
  } catch {
    return false;
  }
}

// <button type="button" data-copy="https://…" data-copied="Copied" hidden>Copy link</button>
function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const said = document.createElement("span");
    said.className = "copy-said";
    said.setAttribute("role", "status");
    button.after(said);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      said.textContent = button.dataset.copied || "✓";
      setTimeout(() => { said.textContent = ""; }, 4000);
    });
  }
}

// <form data-warn>: the browser asks before a half-filled form is left.
function unsavedForms() {
  const forms = [...document.querySelectorAll("form[data-warn]")];
  let leaving = false;
  for (const form of forms) {
    const state = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();
    form.savedState = state();
    form.isChanged = () => state() !== form.savedState;
    form.addEventListener("submit", () => { leaving = true; });
  }
  if (forms.length === 0) return;
  addEventListener("beforeunload", (event) => {
    if (!leaving && forms.some((form) => form.isChanged())) event.preventDefault();
  });
  addEventListener("pageshow", () => { leaving = false; });
}

// <input type="search" data-filter="#people" data-none="#no-people">: hides the rows that do not hold the words.
function filters() {
  for (const input of document.querySelectorAll("input[data-filter]")) {
    const list = document.querySelector(input.dataset.filter);
    const none = input.dataset.none && document.querySelector(input.dataset.none);
    if (!list) continue;
    const marked = list.querySelectorAll("[data-filter-item]");
    const rows = marked.length ? [...marked] : [...(list.tBodies?.[0]?.rows ?? list.children)];
    const texts = rows.map((row) => plain(row.textContent));
    input.closest("[hidden]")?.removeAttribute("hidden");
    input.addEventListener("input", () => {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        if (!row.hidden) shown += 1;
      });
      for (const day of list.querySelectorAll(".day")) day.hidden = !day.querySelector("[data-filter-item]:not([hidden])");
      if (none) none.hidden = shown > 0;
    });
  }
}

// Letters without accents and vowel signs, and the Arabic ones that people write in two ways as one.
function plain(text) {
  return text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g, "")
    .replace(/[أإآٱ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه");
}

// <fieldset data-ask data-ask-when="q_1" data-ask-values="c1 c2" data-ask-mode="online" hidden disabled>: a question that
// is asked only after those answers, or of those who take part so. Without script the next page asks it.
function followUps() {
  const questions = [...document.querySelectorAll("fieldset[data-ask]")];
  const answers = (form, name) => [...form.querySelectorAll(`input[name="${name}"]`)].filter((input) => !input.matches(":disabled"));
  const holds = (form, name, wanted) => answers(form, name).some((input) => {
    const isBox = input.type === "checkbox" && input.value === "y";
    if (isBox) return wanted.includes(input.checked ? "yes" : "no");
    return input.checked && wanted.includes(input.value);
  });
  const look = () => {
    for (const question of questions) {
      const { askWhen, askValues, askMode } = question.dataset;
      const fits = !askMode || holds(question.form, "mode", [askMode]);
      const asked = fits && (!askWhen || holds(question.form, askWhen, askValues.split(" ")));
      question.hidden = !asked;
      question.disabled = !asked;
    }
  };
  if (questions.length === 0) return;
  addEventListener("change", look);
  addEventListener("pageshow", look);
}

// <ol data-sort> of <li> that each hold an <input form="order">: the rows can be dragged, and the form is sent when one is
// let go. Beside it there are buttons that move a row one place, for keys, touch and browsers without script.
function sortables() {
  for (const list of document.querySelectorAll("ol[data-sort]")) {
    let dragged = null;
    let before = "";
    const order = () => [...list.children].map((row) => row.id).join();
    for (const row of list.children) row.draggable = true;
    list.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("li");
      before = order();
      event.dataTransfer.effectAllowed = "move";
      dragged?.classList.add("dragged");
    });
    list.addEventListener("dragover", (event) => {
      const row = event.target.closest("li");
      if (!dragged || !row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      if (row !== dragged) row[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged);
    });
    list.addEventListener("drop", (event) => event.preventDefault());
    list.addEventListener("dragend", () => {
      dragged?.classList.remove("dragged");
      dragged = null;
      if (order() !== before) list.querySelector("input[form]").form.requestSubmit();
    });
  }
}

// A form that is sent twice by an impatient double click is sent once.
function oneClick() {
  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get") return; // asking again does nothing twice: a second download comes
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}

// <input type="checkbox" data-tick-all="#people"> ticks every box of the table; <output data-ticked="#people" data-words="Ticked: {}"> counts.
function ticks() {
  const boxes = (selector) => [...document.querySelectorAll(`${selector} input[type=checkbox]`)];
  for (const all of document.querySelectorAll("input[data-tick-all]")) {
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => {
      for (const box of boxes(all.dataset.tickAll)) box.checked = all.checked;
    });
  }
  for (const output of document.querySelectorAll("output[data-ticked]")) {
    const plainWords = output.textContent;
    const count = () => {
      const number = boxes(output.dataset.ticked).filter((box) => box.checked).length;
      output.textContent = number ? output.dataset.words.replace("{}", number) : plainWords;
    };
    addEventListener("change", count);
    addEventListener("pageshow", count);
  }
}

// <form data-goes-on>: work that takes longer than one answer goes on by itself; without script there is its button.
function goesOn() {
  document.querySelector("form[data-goes-on]")?.requestSubmit();
}

// <section id="progress" data-again="5">: this part of the page is asked for again every few seconds and shown anew when it
// changed; what is data-without-script (a link that reloads) hides, what is data-with-script shows. Nothing is asked for
// while nobody looks, where data is saved, or a while after the last touch: a desk that was left behind must sign out.
function looksAgain() {
  let part = document.querySelector("[id][data-again]");
  let shown = part?.outerHTML;
  let touched = Date.now();
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { touched = Date.now(); }, { passive: true });
  const isWatched = () => !document.hidden && !navigator.connection?.saveData && Date.now() - touched < 15 * 60_000;
  const prepare = () => {
    for (const words of part.querySelectorAll("[data-with-script]")) words.hidden = false;
    for (const words of part.querySelectorAll("[data-without-script]")) words.hidden = true;
    setTimeout(look, part.dataset.again * 1000);
  };
  const look = async () => {
    if (!isWatched()) return prepare();
    const address = new URL(location.href);
    address.searchParams.delete("lang"); // it would choose the language anew for every tab
    const answer = await fetch(address).catch(() => null);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : document;
    const fresh = page.getElementById(part.id);
    const isOurs = page !== document && page.documentElement.lang === document.documentElement.lang;
    if (isOurs && fresh && fresh.outerHTML !== shown && !part.contains(document.activeElement)) {
      shown = fresh.outerHTML;
      part.replaceWith(fresh);
      part = fresh;
    }
    if (part.dataset.again) prepare();
  };
  if (part) prepare();
}

for (const comfort of [yourTime, copyButtons, unsavedForms, filters, followUps, sortables, oneClick, ticks, goesOn, looksAgain]) comfort();
