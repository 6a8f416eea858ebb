// Progressive enhancement only: every page works without this module.
const root = document.documentElement;
root.classList.add("js");

// Selects that submit their form when they change.
document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-auto-submit]");
  if (control?.form) control.form.requestSubmit();
});

// What htmx has put into the address since the page was rendered goes along with the forms that keep it.
function keepQuery(form) {
  for (const hidden of form.querySelectorAll("input[type=hidden]")) hidden.remove();
  for (const [name, value] of new URLSearchParams(window.location.search)) {
    if (name === "page" || form.elements.namedItem(name)?.type === "date") continue;
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name, value });
    form.append(hidden);
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-keep-query]")) keepQuery(event.target);
  const address = event.target.querySelector("[data-current-address]");
  if (address) address.value = window.location.pathname + window.location.search;
});

// A form that is being sent cannot be sent again; the buttons come back with the page.
function lock(form) {
  form.setAttribute("aria-busy", "true");
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", "true");
}

function unlock(scope) {
  for (const busy of scope.querySelectorAll("form[aria-busy], button[aria-busy]")) busy.removeAttribute("aria-busy");
  if (scope.matches?.("form[aria-busy]")) scope.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.hasAttribute("aria-busy")) event.preventDefault();
  else lock(form);
});
window.addEventListener("pageshow", () => unlock(document));
document.addEventListener("htmx:afterRequest", (event) => unlock(event.detail.elt));

// Messages that can be closed.
function offerDismissal(scope) {
  for (const button of scope.querySelectorAll("[data-dismiss][hidden]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  button?.closest(".notice").remove();
});

// What is to go on paper.
function offerPrinting(scope) {
  for (const button of scope.querySelectorAll("[data-print][hidden]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// Menus close on Escape and on a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu === except) continue;
    menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details[data-menu][open]");
  if (event.key !== "Escape" || !menu) return;
  closeMenus(null);
  menu.querySelector("summary").focus();
});

// A request by htmx that failed says so, with the request's reference.
function toast(text, reference) {
  const area = document.getElementById("toasts");
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  const body = document.createElement("div");
  body.textContent = reference ? `${text} ${area.dataset.reference} ${reference}` : text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", area.dataset.close);
  close.textContent = "✕";
  notice.append(body, close);
  area.replaceChildren(notice);
}

// A choice that could not be shown goes back to what is shown.
function revert(form) {
  for (const option of form.querySelectorAll("select[data-auto-submit] option")) option.selected = option.defaultSelected;
}

document.addEventListener("htmx:responseError", (event) => {
  const { elt, xhr } = event.detail;
  revert(elt);
  const words = document.getElementById("toasts").dataset;
  const refused = xhr.status === 401 || xhr.status === 403;
  toast(refused ? words.refused : words.failed, xhr.getResponseHeader("X-Request-ID"));
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    revert(event.detail.elt);
    toast(document.getElementById("toasts").dataset.offline, "");
  });
}

// An answer that is a whole page (the sign-in page after the session ended) replaces the page, not a part of it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!/^\s*<!doctype html/i.test(xhr.responseText)) return;
  event.detail.shouldSwap = false;
  if (!event.detail.isError) window.location.assign(xhr.responseURL || window.location.href);
});

// After a swap the focus stays in what was swapped, and the result is announced.
document.addEventListener("htmx:afterSettle", (event) => {
  const region = document.getElementById(event.detail.target.id) ?? event.detail.elt;
  enhance(region);
  const announcement = region.matches("[data-announce]") ? region : region.querySelector("[data-announce]");
  if (announcement) document.getElementById("announcer").textContent = announcement.dataset.announce;
  if (document.activeElement === document.body && region.hasAttribute("tabindex")) {
    region.focus({ preventScroll: true });
  }
});

// Live totals under the columns of a form table.
function addUp(table) {
  for (const output of table.querySelectorAll("output[data-sum]")) {
    const inputs = table.querySelectorAll(`[data-column="${output.dataset.sum}"] input`);
    output.textContent = [...inputs].reduce((sum, input) => sum + (Number.parseInt(input.value, 10) || 0), 0);
  }
}

function enhance(scope) {
  offerDismissal(scope);
  offerPrinting(scope);
  for (const table of scope.querySelectorAll("table[data-sums]")) {
    table.tFoot.hidden = false;
    addUp(table);
    table.addEventListener("input", () => addUp(table));
  }
}

enhance(document);
document.querySelector("[data-focus]")?.focus();
document.querySelector(".mainnav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
