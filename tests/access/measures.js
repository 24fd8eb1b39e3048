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

  // Text that is cut off, runs out of the box that holds it, or stands on other text; a point or two is the same line.
  texts() {
    const found = [];
    // One line of what is said in full elsewhere: the way back and the event's title on the pages they lead to, names of the
    // site and of who is signed in on Home and Settings, an answer on the person's page, what is to be done where it is done.
    const MAY_BE_CUT = ".trail, .event-line, .site-name, .who-name, .people td, .to-do, .event-row .one-line";
    const HOLDS = ".button, .badge, .card, .panel, .notice, .stat, .choice, .count, td, th";
    const styles = new Map();
    const styleOf = (element) => {
      if (!styles.has(element)) {
        const { overflowX, overflowY, position } = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        styles.set(element, { x: overflowX, y: overflowY, isKept: position === "fixed" || position === "sticky", box });
      }
      return styles.get(element);
    };
    const inSight = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.textContent.trim() || parent.closest("select, textarea, svg, .unseen, .skip")) continue;
      if (!parent.checkVisibility({ checkOpacity: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      // Of a line's height letters fill the middle: more is room for marks that few of them have.
      let boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1).map((box) => (
        { left: box.left, right: box.right, top: box.top + box.height * .24, bottom: box.bottom - box.height * .16, node }));
      if (boxes.length === 0) continue;
      const said = `${this.name(parent)} "${node.textContent.trim().slice(0, 30)}"`;
      const holder = parent.closest(HOLDS);
      let isKept = false, isCut = false, isOut = false, scrolls = false;
      for (let element = parent; element && element !== document.body; element = element.parentElement) {
        const { x, y, isKept: keeps, box } = styleOf(element);
        isKept ||= keeps;
        if (box.width <= 1 || box.height <= 1) { if (x !== "visible" || y !== "visible") { boxes = []; break; } continue; }
        if (x !== "visible" || y !== "visible") {
          const out = boxes.some((each) => each.left < box.left - 2 || each.right > box.right + 2 || each.top < box.top - 2 || each.bottom > box.bottom + 2);
          if (/auto|scroll/.test(x + y)) scrolls = true;
          else if (out && !scrolls) isCut = true;
          boxes = boxes.map((each) => ({ ...each, left: Math.max(each.left, box.left), right: Math.min(each.right, box.right),
            top: Math.max(each.top, box.top), bottom: Math.min(each.bottom, box.bottom) })).filter((each) => each.right > each.left && each.bottom > each.top);
        }
        if (element === holder && !scrolls && !isCut) {
          isOut = boxes.some((each) => each.left < box.left - 1 || each.right > box.right + 1 || each.top < box.top - 2 || each.bottom > box.bottom + 2);
        }
      }
      if (isOut && boxes.length) found.push(`runs out of ${this.name(holder)}: ${said}`);
      if (isCut && !parent.closest(MAY_BE_CUT)) found.push(`cut: ${said}`);
      if (!isKept) inSight.push(...boxes);
    }
    inSight.sort((one, other) => one.top - other.top);
    let begun = [];
    for (const box of inSight) {
      begun = begun.filter((other) => other.bottom - 2 > box.top);
      for (const other of begun) {
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const high = Math.min(box.bottom, other.bottom) - box.top;
        if (other.node !== box.node && wide > 2 && high > 2) found.push(`"${other.node.textContent.trim().slice(0, 30)}" under "${box.node.textContent.trim().slice(0, 30)}" in ${this.name(box.node.parentElement)}`);
      }
      begun.push(box);
    }
    return [...new Set(found)].slice(0, 6);
  },
})
