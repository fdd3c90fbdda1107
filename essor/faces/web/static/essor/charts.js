/* Draws every canvas with data-chart; the library is fetched with the first one. Colours follow the theme, numbers the
   reader's locale. The table beside a chart holds the same figures. */
const COLOURS = ["#4456d6", "#1a9e7a", "#e08a1e", "#b3438f", "#2b8fc9", "#8a6ad8", "#c4493d", "#6b8e23", "#5f6b7a", "#d1a000", "#2aa198", "#a0522d"];
const LEGIBLE = 20; // names beside bars; of more, some are left out
const drawn = new Set();
let library;

function load(address) {
  library ??= new Promise((resolve, reject) => {
    if (window.Chart) return resolve(window.Chart);
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Chart);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

const styled = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function formatter(locale, unit, compact) {
  const shape = { maximumFractionDigits: 1, ...(compact ? { notation: "compact" } : {}) };
  if (/^[A-Z]{3}$/.test(unit)) Object.assign(shape, { style: "currency", currency: unit, maximumFractionDigits: compact ? 1 : 0 });
  const numbers = new Intl.NumberFormat(locale, shape);
  const gap = locale.startsWith("fr") ? "\u202f" : "";
  return (value) => (value === null || value === undefined ? "–" : numbers.format(value) + (unit === "%" ? `${gap}%` : ""));
}

function shape(data) {
  const ring = data.kind === "donut";
  const flat = data.kind === "bar";
  const stacked = data.kind === "stacked";
  const single = data.series.length === 1;
  const text = styled("--es-muted");
  const line = styled("--es-line");
  const units = new Set(data.series.map((one) => one.unit));
  const unit = units.size === 1 ? data.series[0].unit : ""; // amounts of several currencies share an axis of bare numbers
  const exact = data.series.map((one) => formatter(data.locale, one.unit));
  const short = formatter(data.locale, unit, true);
  const value = { beginAtZero: true, stacked, grid: { color: line }, ticks: { color: text, maxRotation: 0, maxTicksLimit: 7, callback: (number) => short(number) } };
  const label = function (at) {
    const whole = this.getLabelForValue(at);
    const most = this.chart.width < 480 ? 16 : 24;
    return whole.length > most ? `${whole.slice(0, most - 1)}…` : whole;
  };
  const name = { stacked, grid: { display: false }, ticks: { color: text, autoSkip: !flat || data.labels.length > LEGIBLE, maxRotation: 45, callback: label } };
  return {
    type: ring ? "doughnut" : data.kind === "line" ? "line" : "bar",
    data: {
      labels: data.labels,
      datasets: data.series.map((one, place) => ({
        label: one.label,
        data: one.values,
        backgroundColor: ring ? data.labels.map((_label, at) => COLOURS[at % COLOURS.length]) : COLOURS[place % COLOURS.length],
        borderColor: ring ? styled("--es-surface") : COLOURS[place % COLOURS.length],
        borderWidth: ring || data.kind === "line" ? 2 : 0,
        borderRadius: ring ? 0 : 3,
        maxBarThickness: 36,
        tension: 0.25,
        pointRadius: 3,
        spanGaps: true,
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 250 },
      indexAxis: flat ? "y" : "x",
      interaction: { mode: ring ? "nearest" : "index", intersect: ring, axis: flat ? "y" : "x" },
      scales: ring ? {} : flat ? { x: value, y: name } : { x: name, y: value },
      plugins: {
        legend: { display: ring || !single, position: ring ? "right" : "bottom", labels: { color: text, boxWidth: 12 } },
        tooltip: { callbacks: { label: (item) => `${ring ? item.label : item.dataset.label}: ${exact[item.datasetIndex](ring ? item.raw : item.raw)}` } },
      },
    },
  };
}

async function draw(canvas) {
  if (canvas.dataset.drawn) return;
  canvas.dataset.drawn = "1";
  const Chart = await load(canvas.dataset.library);
  if (!canvas.isConnected) return;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const chart = new Chart(canvas, shape(JSON.parse(canvas.dataset.chart)));
  drawn.add(chart);
}

function all() {
  for (const chart of drawn) {
    if (!chart.canvas?.isConnected) {
      chart.destroy();
      drawn.delete(chart);
    }
  }
  document.querySelectorAll("canvas[data-chart]").forEach(draw);
}

/* Another theme: the same figures in its colours. */
new MutationObserver(() => {
  for (const chart of drawn) {
    if (!chart.canvas?.isConnected) continue;
    chart.options = shape(JSON.parse(chart.canvas.dataset.chart)).options;
    chart.update("none");
  }
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

document.addEventListener("htmx:afterSettle", all);
all();
