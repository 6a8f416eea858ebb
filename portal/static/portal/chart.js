// Lines or bars over time from a JSON script. A table with the same values stands beside each chart.
const { echarts } = window;
const COLOURS = ["#0f5f5e", "#c07a1c", "#4a6fa5", "#7a5c86", "#5d8a3a"];
const DASHES = ["solid", "dashed", "dotted", "solid", "dashed"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect"];
const PRINTED = { width: 360, height: 220 };
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function series(item, index, { bars, steps, only }) {
  const last = item.points.length - 1;
  const common = {
    name: item.name,
    data: item.points.map(([day, value]) => [day, value]),
    color: COLOURS[index % COLOURS.length],
  };
  if (bars) return { ...common, type: "bar", barMaxWidth: 28, itemStyle: { borderRadius: [3, 3, 0, 0] } };
  return {
    ...common,
    type: "line",
    step: steps ? "end" : false,
    symbol: SYMBOLS[index % SYMBOLS.length],
    symbolSize: 7,
    showSymbol: last < 40,
    lineStyle: { width: 2.5, type: DASHES[index % DASHES.length] },
    areaStyle: only ? { opacity: 0.08 } : undefined,
    endLabel: { show: true, formatter: ({ value }) => value[1]?.toLocaleString() ?? "", fontWeight: 600, distance: 6 },
  };
}

// Built as elements: text with style attributes, as the library would write it, is what the site's policy forbids.
function tooltip(items, unit) {
  const box = document.createElement("div");
  const day = document.createElement("strong");
  day.textContent = items[0]?.value[0] ?? "";
  box.append(day);
  for (const { seriesName, value, color } of items) {
    const line = document.createElement("div");
    const mark = document.createElement("i");
    mark.className = "chart-mark";
    mark.style.background = color;
    const text = value[1] == null ? "—" : `${value[1].toLocaleString()} ${unit}`.trim();
    line.append(mark, `${seriesName} ${text}`);
    box.append(line);
  }
  return box;
}

function optionsOf(data, container) {
  const bars = container.dataset.kind === "bar";
  const steps = "step" in container.dataset;
  const only = data.series.length === 1;
  const font = getComputedStyle(document.body);
  const quiet = { color: "#566770", fontSize: 12 };
  return {
    animation: !calm.matches,
    animationDuration: 400,
    textStyle: { fontFamily: font.fontFamily, color: "#14252b" },
    grid: { left: 8, right: bars ? 16 : 56, top: data.unit || !only ? 40 : 16, bottom: 8, containLabel: true },
    legend: { show: !only, right: 0, top: 0, itemWidth: 28, itemHeight: 9, textStyle: { color: "#33454d" } },
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      borderColor: "#dde4e7",
      textStyle: { fontSize: 13 },
      formatter: (items) => tooltip(items, data.unit ?? ""),
    },
    xAxis: {
      type: bars ? "category" : "time",
      axisLine: { lineStyle: { color: "#85949c" } },
      axisTick: { show: false },
      axisLabel: { ...quiet, hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      name: data.unit ?? "",
      nameTextStyle: { ...quiet, align: "right" },
      scale: !bars && "fit" in container.dataset,
      minInterval: data.unit === "%" ? 0 : 1,
      axisLabel: quiet,
      splitLine: { lineStyle: { color: "#e6ecee" } },
    },
    series: data.series.map((item, index) => series(item, index, { bars, steps, only })),
  };
}

function fail(container) {
  const message = document.createElement("p");
  message.className = "chart-message";
  message.textContent = container.dataset.failed;
  container.replaceChildren(message);
}

function draw(container) {
  container.dataset.drawn = "";
  container.replaceChildren();
  const source = document.getElementById(container.dataset.source);
  if (!source || !echarts) return fail(container);
  const data = JSON.parse(source.textContent);
  const canvas = document.createElement("div");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", container.dataset.label);
  canvas.style.height = "18rem";
  container.replaceChildren(canvas);
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(optionsOf(data, container));
  const fit = () => {
    canvas.style.height = "18rem";
    chart.resize();
  };
  const observer = new ResizeObserver(fit);
  observer.observe(container);
  const beforePrint = () => {
    canvas.style.height = `${PRINTED.height}px`;
    chart.resize({ ...PRINTED, silent: true, animation: { duration: 0 } });
    chart.getZr().flush();
  };
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", fit);
  container.addEventListener("portal:discard", () => {
    observer.disconnect();
    window.removeEventListener("beforeprint", beforePrint);
    window.removeEventListener("afterprint", fit);
    chart.dispose();
  });
}

function drawAll() {
  for (const container of document.querySelectorAll(".line-chart:not([data-drawn])")) draw(container);
}

document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target.matches?.(".line-chart")) event.target.dispatchEvent(new CustomEvent("portal:discard"));
});
drawAll();
