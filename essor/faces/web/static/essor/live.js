/* Live updates over one event stream, open only while the page is visible, so that many tabs do not use up the
   browser's connections; it resumes by event id.

   A message is JSON: {"job": {id, title, state, done, total, message}}, {"changed": {object, ids}} … Each key becomes an
   event of the page (`es:job`, `es:changed`), which counts and lists may take as their HTMX trigger. Elements with
   data-job="id" follow a job by themselves, the header shows how many run, and a job's end is an `es:changed` too. */
import { refreshPage } from "./nav.js";
import { announce, text } from "./texts.js";
import { toast } from "./toasts.js";

const ENDED = { done: "success", failed: "error", cancelled: "info" };
const indicator = document.getElementById("jobs-indicator");
const running = new Set();
const [SOONEST, LATEST] = [3000, 120000]; // milliseconds until a stream that was refused is asked for again
const PACED = new Set(["mailing"]);
const PACE = 1000; // milliseconds
const waiting = new Map();
let stream;
let last = "";
let pause = SOONEST;
let again;

function connect() {
  const address = new URL(indicator.dataset.events, location.href);
  if (last) address.searchParams.set("since", last);
  stream = new EventSource(address);
  stream.addEventListener("message", hear);
  // Messages were missed that the server no longer keeps.
  stream.addEventListener("reset", refreshPage);
  // What came while nobody listened is fetched by those who count it.
  stream.addEventListener("open", () => {
    pause = SOONEST;
    fire("live");
  });
  stream.addEventListener("error", retry);
}

/* A lost line the browser takes up by itself; an answer that is no stream, such as a proxy's 503, it takes for the end. */
function retry() {
  if (stream?.readyState !== EventSource.CLOSED) return;
  stream = undefined;
  clearTimeout(again);
  again = setTimeout(visibility, pause * (1 + Math.random()));
  pause = Math.min(2 * pause, LATEST);
}

function hear(event) {
  last = event.lastEventId || last;
  const message = JSON.parse(event.data);
  if (message.job) follow(message.job);
  for (const [name, detail] of Object.entries(message)) (PACED.has(name) ? paced : fire)(name, detail);
}

/* A mailing under way says several times a second how it stands: the first word counts at once, of those that follow the
   last one, so that a page never stays behind (HTMX's own throttle would drop it). */
function paced(name, detail) {
  if (waiting.has(name)) {
    waiting.set(name, detail);
    return;
  }
  fire(name, detail);
  waiting.set(name, null);
  setTimeout(() => {
    const latest = waiting.get(name);
    waiting.delete(name);
    if (latest) paced(name, latest);
  }, PACE);
}

function fire(name, detail) {
  document.body.dispatchEvent(new CustomEvent(`es:${name}`, { bubbles: true, detail }));
}

function follow(job) {
  const tone = ENDED[job.state];
  const known = running.has(job.id);
  if (tone || job.state === "paused") running.delete(job.id);
  else running.add(job.id);
  indicator.hidden = running.size === 0;
  indicator.querySelector("[data-jobs-text]").textContent = text("running", running.size);
  if (!known && running.has(job.id)) announce(job.title);
  for (const place of document.querySelectorAll(`[data-job="${CSS.escape(String(job.id))}"]`)) draw(place, job);
  if (!tone) return;
  toast(job.message ? `${job.title} : ${job.message}` : job.title, { tone, href: `${indicator.pathname}#job-${job.id}`, label: text("show") });
  fire("changed", { job: job.id });
}

function draw(place, job) {
  const bar = place.querySelector("progress");
  if (bar && job.total) {
    bar.max = job.total;
    bar.value = job.done;
  }
  const hint = place.querySelector("[data-job-hint]");
  if (hint && job.message) hint.textContent = job.message;
}

function visibility() {
  if (document.hidden) {
    stream?.close();
    stream = undefined;
  } else if (!stream) {
    connect();
  }
}

if (indicator) {
  document.addEventListener("visibilitychange", visibility);
  addEventListener("online", () => fire("live"));
  visibility();
}
