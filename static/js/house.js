// Small comforts. Every page works without this file; nothing here asks the network for anything but pages of ours.
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

// A page of ours that a script asked for. The one place where text becomes markup.
async function pageOf(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function sent(form, ...more) {
  return new URLSearchParams([...[...new FormData(form)].filter(([, value]) => typeof value === "string"), ...more]);
}

// <form data-keep="/desk/…">: what is typed is kept there every few seconds, and when the page is hidden or left;
// <p data-kept="Kept {}"> says when. Saving forgets it.
function keepsTyping() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const line = form.querySelector("[data-kept]");
    let [kept, timer, isOver, leaving] = [sent(form).toString(), 0, false, new AbortController()];
    const keep = async () => {
      clearTimeout(timer);
      timer = 0;
      const body = sent(form).toString();
      if (isOver || body === kept) return;
      kept = body;
      const answer = await fetch(form.dataset.keep, {
        method: "POST", body: new URLSearchParams(body), redirect: "manual", signal: leaving.signal, keepalive: body.length < 60_000,
      }).catch(() => null);
      if (answer?.status === 204 && line) {
        line.textContent = line.dataset.kept.replace("{}", new Date().toLocaleTimeString(localeOfPage(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
      } else if (answer?.status === 403 || answer?.type === "opaqueredirect") isOver = true; // the session has ended
      else kept = "";
    };
    form.addEventListener("input", () => { timer ||= setTimeout(keep, 3000); });
    form.addEventListener("submit", () => { isOver = true; leaving.abort(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    addEventListener("pageshow", (event) => { if (event.persisted) [isOver, leaving] = [false, new AbortController()]; });
  }
}

// <button name="more" data-more="rows-agenda">: the new rows of that list come from the server and stand below the others,
// the first new field has the focus; nothing else of the page changes. Without script the page comes back so.
function moreRows() {
  addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-more]");
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    const { form } = button;
    const list = document.getElementById(button.dataset.more);
    const body = sent(form, [button.name, button.value]);
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    const rows = answer?.ok ? [...(await pageOf(answer)).querySelectorAll(`#${list.id} > li`)].slice(list.children.length) : [];
    button.ariaBusy = null;
    if (rows.length === 0) {
      delete button.dataset.more; // the way without script
      button.click();
      return;
    }
    for (const row of rows) row.querySelector("[autofocus]")?.removeAttribute("autofocus"); // a page has one, at its start
    list.append(...rows);
    rows[0].querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
}

// <div data-marks="description_en" hidden> of buttons over a text area: data-mark="bold", "list", "link", and "preview",
// which shows the text below it, as the server renders it. In [data-preview-rail] beside the form it stays in sight.
function markdownFields() {
  const rail = document.querySelector("[data-preview-rail]");
  for (const bar of document.querySelectorAll("[data-marks]")) {
    const field = document.getElementById(bar.dataset.marks);
    const below = document.getElementById(bar.dataset.below);
    const toggle = bar.querySelector("[data-mark=preview]");
    let timer = 0;
    const show = async () => {
      const beside = rail?.dataset.of === field.id && rail.checkVisibility?.() ? [rail.lastElementChild] : [];
      const places = below.hidden ? beside : [below, ...beside];
      if (places.length === 0) return;
      const body = new URLSearchParams({ form_token: field.form.elements.form_token.value, text: field.value, language: field.lang });
      const answer = await fetch(bar.dataset.preview, { method: "POST", body }).catch(() => null);
      if (answer?.ok) for (const place of places) place.replaceChildren(...(await pageOf(answer.clone())).body.childNodes);
    };
    bar.hidden = false;
    below.hidden = true;
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 500); });
    field.addEventListener("focus", () => {
      if (!rail || rail.dataset.of === field.id) return;
      rail.dataset.of = field.id;
      rail.hidden = false;
      rail.querySelector("[data-preview-of]").textContent = bar.getAttribute("aria-label");
      show();
    });
    bar.addEventListener("click", (event) => {
      const mark = event.target.closest("[data-mark]")?.dataset.mark;
      if (mark === "preview") {
        below.hidden = !below.hidden;
        toggle.ariaExpanded = String(!below.hidden);
        show();
      } else if (mark) putMark(field, mark, bar.dataset.words);
    });
  }
}

function putMark(field, mark, words) {
  let { selectionStart: start, selectionEnd: end, value } = field;
  const chosen = value.slice(start, end);
  let [said, from, to] = ["", 0, 0]; // what stands there then, and what of it is selected
  if (mark === "bold") {
    const isBold = value.slice(start - 2, start) === "**" && value.slice(end, end + 2) === "**";
    said = isBold ? chosen : `**${chosen}**`;
    from = isBold ? 0 : 2;
    to = from + chosen.length;
    if (isBold) [start, end] = [start - 2, end + 2];
  } else if (mark === "link") {
    const isAddress = /^(https?:\/\/|www\.)\S+$/i.test(chosen);
    const [text, address] = isAddress ? [words, chosen] : [chosen || words, "https://"];
    said = `[${text}](${address})`;
    from = isAddress || !chosen ? 1 : text.length + 3; // what is still to be typed
    to = from + (isAddress || !chosen ? text : address).length;
  } else {
    start = start && value.lastIndexOf("\n", start - 1) + 1;
    if (!value.slice(end).startsWith("\n")) end = (value.indexOf("\n", end) + 1 || value.length + 1) - 1;
    const lines = value.slice(start, end).split("\n");
    const isList = lines.every((line) => line.startsWith("- "));
    said = lines.map((line) => (isList ? line.slice(2) : line.startsWith("- ") ? line : `- ${line}`)).join("\n");
    from = lines.length > 1 ? 0 : said.length;
    to = said.length;
  }
  field.focus();
  field.setSelectionRange(start, end);
  // Typed, as it were, so that it can be undone; where a browser does not know that, put.
  if (!document.execCommand?.("insertText", false, said)) {
    field.setRangeText(said, start, end);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(start + from, start + to);
}

// <form data-begins>: a new event takes its zone from a chosen room or conference, else from this browser, and its day from
// the conference, as long as nobody has typed others. Without script the server does so when the form is sent.
function newEvent() {
  const form = document.querySelector("form[data-begins]");
  if (!form) return;
  const { zone, zone_given: given, starts_on: day, conference, room } = form.elements;
  const source = form.querySelector("[data-zone-from]");
  let first = day.value;
  const take = (key, words) => {
    if (!key?.includes("/") || key.startsWith("Etc/") || zone.value !== given.value) return;
    zone.value = given.value = form.querySelector(`datalist option[data-zone="${key}"]`)?.value || key;
    source.textContent = words;
  };
  const chosen = () => {
    const gathering = conference?.selectedOptions[0].dataset || {};
    const there = room?.selectedOptions[0].dataset || {};
    take(there.zone || gathering.zone, there.zone ? form.dataset.room : form.dataset.conference);
    if (gathering.day && (!day.value || day.value === first)) day.value = first = gathering.day;
  };
  if (form.dataset.begins === "here") take(Intl.DateTimeFormat().resolvedOptions().timeZone, form.dataset.here);
  for (const list of [conference, room]) list?.addEventListener("change", chosen);
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
    const page = answer?.ok ? await pageOf(answer) : document;
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

// <div class="toast" data-goes>: a message can be closed; one that asks for nothing goes after a while, but not while somebody
// reads it (pointer or focus on it), nor while the page is out of sight. Its room stays, so that nothing moves.
function toasts() {
  for (const toast of document.querySelectorAll(".toast")) {
    const close = toast.querySelector("[data-close]");
    close.hidden = false;
    close.addEventListener("click", () => { toast.remove(); document.getElementById("main").focus({ preventScroll: true }); });
    if (!("goes" in toast.dataset)) continue;
    let left = 8 + toast.textContent.length / 10;
    const clock = setInterval(() => {
      if (document.hidden || toast.matches(":hover, :focus-within")) return;
      left -= 1;
      if (left <= 0) { toast.classList.add("gone"); clearInterval(clock); }
    }, 1000);
  }
}

for (const comfort of [yourTime, copyButtons, newEvent, unsavedForms, filters, followUps, sortables, keepsTyping, moreRows, markdownFields, oneClick, ticks, goesOn, looksAgain, toasts]) comfort();
