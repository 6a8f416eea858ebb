// Choropleth of the areas named in a JSON script, over outlines in GeoJSON. The table of the page is the alternative.
const { echarts } = window;
const SEQUENTIAL = ["#d6ebe8", "#a3d3cd", "#62ada6", "#23807a", "#0a4a4a"];
const BELOW = ["#a8651d", "#e2bf84"];
const ABOVE = ["#8ecac3", "#1d7a74"];
const MIDDLE = "#eceff0";
const DARK = new Set([SEQUENTIAL[3], SEQUENTIAL[4], BELOW[0], ABOVE[1]]);
const NO_DATA = "#f0f3f4";
const HATCH = { symbol: "rect", color: "#b9c4c9", dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: Math.PI / 4 };
const ON_LIGHT = { color: "#14252b", textBorderColor: "rgba(255, 255, 255, .85)", textBorderWidth: 3 };
const ON_DARK = { color: "#ffffff", textBorderColor: "rgba(10, 63, 64, .85)", textBorderWidth: 2 };
const MARGIN = 6;
const PRINTED = 360; // width in print, in pixels
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const outlines = new Map();

function loadOutlines(url) {
  if (!outlines.has(url)) {
    const loading = fetch(url).then((response) => {
      if (!response.ok) throw new Error(`${response.status} ${url}`);
      return response.json();
    });
    loading.catch(() => outlines.delete(url));
    outlines.set(url, loading);
  }
  return outlines.get(url);
}

// Up to `count` classes of about equal size; equal values never fall into two classes.
function classesOf(values, count) {
  const sorted = [...values].sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  if (distinct.length <= count) return distinct.map((value) => [value, value]);
  const classes = [];
  let start = 0;
  while (start < sorted.length && classes.length < count) {
    const size = Math.ceil((sorted.length - start) / (count - classes.length));
    let end = start + size - 1;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]) end += 1;
    classes.push([sorted[start], sorted[end]]);
    start = end + 1;
  }
  return classes;
}

function spread(colours, count) {
  if (count === 1) return [colours[Math.floor(colours.length / 2)]];
  return Array.from({ length: count }, (_, i) => colours[Math.round((i * (colours.length - 1)) / (count - 1))]);
}

function piecesOf(figure, values) {
  const painted = (classes, colours) => classes.map(([gte, lte], i) => ({ gte, lte, color: colours[i] }));
  if (figure.scale !== "diverging") {
    const classes = classesOf(values, SEQUENTIAL.length);
    return painted(classes, spread(SEQUENTIAL, classes.length));
  }
  const middle = figure.middle ?? 0;
  const below = classesOf(values.filter((value) => value < middle), 2);
  const above = classesOf(values.filter((value) => value > middle), 2);
  return [
    ...painted(below, BELOW.slice(0, below.length)),
    ...(values.includes(middle) ? [{ gte: middle, lte: middle, color: MIDDLE }] : []),
    ...painted(above, ABOVE.slice(-above.length)),
  ];
}

function legend(data, pieces, pointLabel) {
  const { figure, regions } = data;
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: figure.digits ?? 0,
    maximumFractionDigits: figure.digits ?? 0,
  });
  const list = document.createElement("ul");
  list.className = "map-legend";
  const add = (text, dress) => {
    const item = document.createElement("li");
    const swatch = document.createElement("i");
    dress(swatch);
    item.append(swatch, text);
    list.append(item);
  };
  for (const { gte, lte, color } of pieces) {
    const range = format.format(gte) === format.format(lte) ? format.format(gte) : `${format.format(gte)} ~ ${format.format(lte)}`;
    add(`${range} ${figure.unit ?? ""}`.trim(), (swatch) => (swatch.style.background = color));
  }
  if (regions.some((region) => region.value === null)) {
    add(data.no_data, (swatch) => swatch.classList.add("hatched"));
  }
  if (pointLabel && regions.some((region) => region.is_zone)) {
    add(pointLabel, (swatch) => swatch.classList.add("point"));
  }
  return list;
}

function tooltip(figure, noData, region) {
  const box = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = region.name;
  const value = document.createElement("div");
  const text = region.value === null ? noData : `${region.text} ${figure.unit ?? ""}`.trim();
  value.textContent = `${figure.name}: ${text}`;
  box.append(name, value);
  return box;
}

function labelOf(region) {
  return region.short_name ?? region.name;
}

function register(url, collection, regions) {
  const wanted = new Set(regions.map((region) => region.code));
  const features = collection.features.filter((feature) => wanted.has(feature.properties.code));
  const name = `${url}#${features.map((feature) => feature.properties.code).join()}`;
  if (!echarts.getMap(name)) echarts.registerMap(name, { type: "FeatureCollection", features });
  const bounds = boundsOf(features);
  const squeeze = Math.cos((((bounds[1] + bounds[3]) / 2) * Math.PI) / 180);
  return { name, features, bounds, squeeze, codes: new Set(features.map((feature) => feature.properties.code)) };
}

// Bounding box in degrees: west, south, east, north.
function boundsOf(features) {
  const box = [180, 90, -180, -90];
  const visit = (item) => {
    if (typeof item[0] !== "number") return item.forEach(visit);
    box[0] = Math.min(box[0], item[0]);
    box[1] = Math.min(box[1], item[1]);
    box[2] = Math.max(box[2], item[0]);
    box[3] = Math.max(box[3], item[1]);
  };
  for (const feature of features) visit(feature.geometry.coordinates);
  return box;
}

// Each area's label: shown where it fits at this width, light on dark colours.
function labelsOf(map, pieces, byCode, width) {
  const perDegree = (width - 2 * MARGIN) / (map.bounds[2] - map.bounds[0]);
  return map.features.map((feature) => {
    const region = byCode.get(feature.properties.code);
    const [west, south, east, north] = boundsOf([feature]);
    const length = [...labelOf(region)].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 6.5), 0);
    const fits = (east - west) * perDegree > 1.5 * length && ((north - south) * perDegree) / map.squeeze > 20;
    const piece = pieces.find(({ gte, lte }) => region.value !== null && gte <= region.value && region.value <= lte);
    const dress = DARK.has(piece?.color) ? ON_DARK : ON_LIGHT;
    return { name: region.code, label: { show: fits, ...dress }, emphasis: { label: { show: true, ...dress } } };
  });
}

function optionsOf(data, map, pieces, byCode) {
  const { figure, regions } = data;
  const areas = regions.filter((region) => map.codes.has(region.code));
  const points = regions.filter((region) => !map.codes.has(region.code) && region.lon != null);
  const strong = { borderColor: "#14252b", borderWidth: 3 };
  return {
    animation: !calm.matches,
    animationDurationUpdate: 200,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "#14252b" },
    tooltip: {
      trigger: "item",
      confine: true,
      transitionDuration: 0,
      borderColor: "#dde4e7",
      textStyle: { fontSize: 13 },
      formatter: (params) => tooltip(figure, data.no_data, byCode.get(params.name)),
    },
    visualMap: { type: "piecewise", show: false, pieces, outOfRange: { color: NO_DATA }, seriesIndex: [0, 1] },
    geo: {
      map: map.name,
      nameProperty: "code",
      aspectScale: map.squeeze,
      left: MARGIN, right: MARGIN, top: MARGIN, bottom: MARGIN,
      itemStyle: { borderColor: "#ffffff", borderWidth: 1 },
      label: { fontSize: 12, formatter: (params) => labelOf(byCode.get(params.name)) },
      emphasis: { itemStyle: { ...strong, areaColor: "inherit" } },
    },
    series: [
      {
        type: "map",
        geoIndex: 0,
        selectedMode: false,
        data: areas.map((region) =>
          region.value === null
            ? { name: region.code, value: NaN, itemStyle: { areaColor: NO_DATA, decal: HATCH } }
            : { name: region.code, value: region.value },
        ),
      },
      {
        type: "scatter",
        coordinateSystem: "geo",
        symbolSize: 15,
        itemStyle: { opacity: 1, borderColor: "#ffffff", borderWidth: 2, shadowColor: "rgba(20, 37, 43, .75)", shadowBlur: 3 },
        emphasis: { scale: 1.25, itemStyle: strong },
        data: points.map((region) => ({ name: region.code, value: [region.lon, region.lat, region.value ?? NaN] })),
      },
    ],
  };
}

async function draw(container) {
  container.dataset.drawn = "";
  container.replaceChildren();
  const source = document.getElementById(container.dataset.source);
  if (!source || !echarts) return fail(container);
  const data = JSON.parse(source.textContent);
  const url = container.dataset.mapUrl;
  let collection;
  try {
    collection = await loadOutlines(url);
  } catch {
    return fail(container);
  }
  if (!container.isConnected) return;
  const map = register(url, collection, data.regions);
  if (!map.features.length) return fail(container);
  const [west, south, east, north] = map.bounds;
  const proportion = ((east - west) * map.squeeze) / (north - south);
  const heightFor = (width) => Math.round(Math.min(Math.max(width / proportion, 260), 560));
  const values = data.regions.map((region) => region.value).filter((value) => value !== null);
  const pieces = piecesOf(data.figure, values);
  const byCode = new Map(data.regions.map((region) => [region.code, region]));
  const canvas = document.createElement("div");
  canvas.className = "map-canvas";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", container.dataset.label);
  canvas.style.height = `${heightFor(container.clientWidth)}px`;
  container.replaceChildren(canvas);
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(optionsOf(data, map, pieces, byCode));
  container.append(legend(data, pieces, container.dataset.pointLabel));
  chart.on("click", (params) => {
    const region = byCode.get(params.name);
    if (region?.url) window.location.assign(region.url);
  });
  const fitTo = (width) => {
    const height = heightFor(width);
    canvas.style.height = `${height}px`;
    chart.resize({ width, height, silent: true, animation: { duration: 0 } });
    chart.setOption({ geo: { regions: labelsOf(map, pieces, byCode, Math.min(width, height * proportion)) } });
  };
  const fit = () => fitTo(container.clientWidth);
  const beforePrint = () => {
    fitTo(PRINTED);
    chart.getZr().flush();
  };
  fit();
  const observer = new ResizeObserver(fit);
  observer.observe(container);
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", fit);
  container.addEventListener("portal:discard", () => {
    observer.disconnect();
    window.removeEventListener("beforeprint", beforePrint);
    window.removeEventListener("afterprint", fit);
    chart.dispose();
  });
}

function fail(container) {
  const message = document.createElement("p");
  message.className = "chart-message";
  message.textContent = container.dataset.failed;
  container.replaceChildren(message);
}

// The row under the pointer or the focus lights up its area.
function point(event, type) {
  const code = event.target.closest?.("[data-region-code]")?.dataset.regionCode;
  const canvas = document.querySelector(".map-canvas");
  const chart = code && canvas && echarts?.getInstanceByDom(canvas);
  if (!chart) return;
  chart.dispatchAction({ type, geoIndex: 0, name: code });
  chart.dispatchAction({ type, seriesIndex: 1, name: code });
}

function drawAll() {
  for (const container of document.querySelectorAll(".county-map:not([data-drawn])")) draw(container);
}

for (const [name, type] of [["mouseover", "highlight"], ["focusin", "highlight"], ["mouseout", "downplay"], ["focusout", "downplay"]]) {
  document.addEventListener(name, (event) => point(event, type));
}
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target.matches?.(".county-map")) event.target.dispatchEvent(new CustomEvent("portal:discard"));
});
drawAll();
