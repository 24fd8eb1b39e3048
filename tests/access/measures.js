// What the tests measure on a page. Every measure gives a list of what is wrong, in a few words each.
({
  name(element) {
    const text = (element.getAttribute("aria-label") || element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${element.localName}${element.getAttribute("id") ? "#" + element.getAttribute("id") : ""}${element.className ? "." + [...element.classList].join(".") : ""}> ${text}`;
  },

  isShown(element) {
    return element.checkVisibility({ checkOpacity: false, visibilityProperty: true }) && !element.closest(".unseen, .skip");
  },

  // Anything that makes the page scroll sideways, or stands outside of it (WCAG 1.4.10).
  sideways() {
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const outside = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > page.clientWidth + 1 || box.left < -1) && !element.closest(".unseen, .skip");
    });
    return [`${page.scrollWidth} of ${page.clientWidth}: ${outside.slice(0, 3).map(this.name).join(" | ")}`];
  },

  // Controls under 44 by 44, and other links under 24 high (WCAG 2.5.5 and 2.5.8; links inside a sentence may be less).
  small() {
    const found = [];
    const controls = "button, .button, summary, select, textarea, input:not([type=hidden]), nav a, form a.button";
    for (const element of document.querySelectorAll(controls)) {
      if (!this.isShown(element)) continue;
      const box = (element.closest("label") ?? element).getBoundingClientRect();
      if (element.closest(".trail")) continue;
      if (box.height < 43.5 || box.width < 43.5) found.push(`${Math.round(box.width)}x${Math.round(box.height)} ${this.name(element)}`);
    }
    for (const link of document.querySelectorAll("a[href]:not(nav a, .button)")) {
      if (!this.isShown(link) || this.isInSentence(link)) continue;
      const high = Math.max(link.getBoundingClientRect().height, parseFloat(getComputedStyle(link.parentElement).lineHeight) || 0);
      if (high < 24) found.push(`${Math.round(high)} high ${this.name(link)}`);
    }
    return found;
  },

  isInSentence(link) {
    const around = link.parentElement.textContent.trim();
    return around.length > link.textContent.trim().length;
  },

  // Everything the keyboard reaches: is it seen that it has the focus, and is it in sight? Press Tab once before.
  unseenFocus() {
    const found = [];
    const stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    for (const element of document.querySelectorAll(stops)) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.disabled) continue;
      element.focus();
      if (document.activeElement !== element) { found.push(`takes no focus: ${this.name(element)}`); continue; }
      const style = getComputedStyle(element);
      const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      if (!element.matches(":focus-visible") || !isSeen) found.push(`focus not seen: ${this.name(element)}`);
      const box = element.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2);
      const isOpen = !top || top.contains(element) || element.contains(top) || element.labels?.[0]?.contains(top);
      if (!isOpen && box.top >= 0 && box.bottom <= innerHeight) found.push(`under ${this.name(top)}: ${this.name(element)}`);
    }
    return found;
  },

  // With prefers-reduced-motion nothing may move by itself or take its time.
  moving() {
    return [...document.querySelectorAll("*")].filter((element) => ["", "::before", "::after"].some((part) => {
      const style = getComputedStyle(element, part || undefined);
      const takesTime = (times) => times.split(",").some((time) => parseFloat(time) > 0);
      return takesTime(style.transitionDuration) || style.animationName !== "none";
    })).map(this.name).slice(0, 5);
  },

  // In forced colours backgrounds are gone: what can be pressed must keep an edge or an underline.
  edgeless() {
    return [...document.querySelectorAll(".button, input:not([type=hidden]), select, textarea")].filter((element) => {
      const style = getComputedStyle(element);
      const hasEdge = style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) >= 1;
      return this.isShown(element) && !hasEdge && !style.textDecorationLine.includes("underline") && style.appearance === "none";
    }).map(this.name);
  },
})
