"""What a reader without a mouse, without sight, or with a small screen meets on a page; asked of the page itself."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = (1280, 360)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_AXE = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"

_SHOWN = """
const shown = (e) => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})
  && e.getBoundingClientRect().width > 0 && !e.closest('[inert]');
const controls = () => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
)].filter((e) => !e.disabled && shown(e) && e.tabIndex >= 0);
const named = (e) => (e.outerHTML.match(/^<[^>]*>/)[0] + (e.innerText ?? '').trim().slice(0, 30)).slice(0, 160);
"""

_SMALL = """() => { SHOWN
  const target = (e) => {
    if (/checkbox|radio/.test(e.type)) return e.closest('label') ?? e.labels?.[0] ?? e;
    const spread = getComputedStyle(e, '::after').position === 'absolute';  // over its row
    return spread ? e.closest('li, .metric') ?? e : e;
  };
  const inText = (e) => e.matches('a') && getComputedStyle(e).display === 'inline';  // axe measures their spacing
  return controls().filter((e) => !inText(e) && !e.matches('.skip-link, [tabindex="0"]')).flatMap((e) => {
    const box = target(e).getBoundingClientRect();
    return box.width < 24 || box.height < 24 ? [`${Math.round(box.width)}×${Math.round(box.height)} ${named(e)}`] : [];
  });
}"""

_WATCH = """() => { SHOWN
  const start = document.createElement('span');  // Tab begins here, whatever has the focus
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  start.remove();
  window.watching?.abort();  // of another width
  window.watching = new AbortController();
  window.reached = [];
  window.unmarked = [];
  const dress = (e) => [e, e.parentElement].flatMap((one) => {
    const s = getComputedStyle(one);
    return [s.boxShadow, s.borderColor, s.backgroundColor, s.textDecorationLine];
  }).join();
  const ring = (s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
  const bare = new Map(controls().map((e) => [e, dress(e)]));
  document.addEventListener('focusin', (event) => {
    const e = event.target;
    window.reached.push(e);
    const ringed = ring(getComputedStyle(e)) || ring(getComputedStyle(e, '::after'));
    if (!ringed && (!bare.has(e) || dress(e) === bare.get(e))) window.unmarked.push(named(e));
  }, { signal: window.watching.signal });
  const dates = controls().filter((e) => e.type === 'date').length;
  return controls().length + 4 * dates + 6;
}"""

_REACHED = """() => { SHOWN
  const group = (e) => e.type === 'radio' ? e.name : '';
  const got = new Set(window.reached);
  const groups = new Set(window.reached.map(group).filter(Boolean));
  return {
    missed: controls().filter((e) => !got.has(e) && !groups.has(group(e))).map(named),
    unmarked: window.unmarked,
    first: !window.reached.length || window.reached[0].closest('.skip-link, main') ? '' : named(window.reached[0]),
    backwards: window.reached.slice(1).filter((e, i) =>
      window.reached[i].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING).map(named),
  };
}"""


LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
  window.violations.push(`${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
"""


class Policy:
    """What the browser says against the content security policy while a page is visited."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.add_init_script(LISTEN)
        page.on("console", lambda message: self._hear(message.text))

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.said.append(text)

    def faults(self) -> list[str]:
        """What was blocked on the page that is open, and what was said on the way to it."""
        return [f"against the content policy: {each}" for each in [*self.page.evaluate("violations"), *self.said]]


def _ask(page: Page, question: str) -> Any:
    return page.evaluate(question.replace("SHOWN", _SHOWN))


def settle(page: Page, width: int) -> None:
    """Wait until charts and maps stand at this width; nothing has the focus then."""
    page.set_viewport_size({"width": width, "height": 900})
    for drawn in page.locator(".county-map, .line-chart").all():
        drawn.locator("svg").first.wait_for()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")  # the way to the content covers the top


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds, of any weight: rule, what is meant, and where."""
    # Evaluated by the debugger, so that the page keeps its own content security policy.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_AXE, TAGS)["violations"]
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"][:4]
    ]


def overflow_faults(page: Page) -> list[str]:
    """Whether the page is wider than the screen, and what sticks out."""
    wide = page.evaluate("() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px wider than the screen"] if wide else []


def small_targets(page: Page) -> list[str]:
    """Controls that are smaller than 24 × 24 px (WCAG 2.5.8)."""
    return [f"small: {each}" for each in _ask(page, _SMALL)]


def keyboard_faults(page: Page) -> list[str]:
    """Whether Tab reaches every control in the order of the page, each visibly, the way to the content first."""
    for _press in range(_ask(page, _WATCH)):
        page.keyboard.press("Tab")
    seen = _ask(page, _REACHED)
    found = [f"not reached by Tab: {each}" for each in seen["missed"]]
    found += [f"focus cannot be seen: {each}" for each in seen["unmarked"]]
    found += [f"against the order of the page: {each}" for each in seen["backwards"][1:]]
    return [*found, f"first comes {seen['first']}, not the way to the content"] if seen["first"] else found
