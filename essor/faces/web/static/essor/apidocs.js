/* Draws the API's documentation from its OpenAPI description: one part at a time, examples, and "Try it" for reading.
   Everything is built as elements, never as HTML text: the labels in the description were typed by people. */
import { announce } from "./texts.js";

const METHODS = ["get", "post", "patch", "delete"];
const LONGEST = 20_000;
let description;
let words = {};

const root = () => document.getElementById("apidocs");

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((one) => one !== null && one !== undefined));
  return element;
}

const resolve = (schema) => (schema?.$ref ? schema.$ref.split("/").slice(1).reduce((place, key) => place?.[key], description) : schema) ?? {};

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.filter((one) => one !== null).map((one) => JSON.stringify(one)).join(" | ");
  if (schema.type === "array") return `${typeOf(schema.items ?? {})}[]`;
  const type = [schema.type ?? "any"].flat().filter((one) => one !== "null").join(" | ");
  return schema.format ? `${type} (${schema.format})` : schema.maxLength ? `${type} (≤ ${schema.maxLength})` : type;
}

function exampleOf(schema, depth = 0) {
  const known = resolve(schema);
  const type = [known.type ?? ""].flat().find((one) => one !== "null") ?? "";
  if (known.enum) return known.enum.find((one) => one !== null) ?? null;
  if (type === "object") {
    const entries = Object.entries(known.properties ?? {}).filter(([, one]) => !one.readOnly).slice(0, depth ? 3 : 6);
    return Object.fromEntries(entries.map(([name, one]) => [name, exampleOf(one, depth + 1)]));
  }
  if (type === "array") return depth > 2 ? [] : [exampleOf(known.items ?? {}, depth + 1)];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  return { date: "2026-01-31", "date-time": "2026-01-31T09:30:00Z", time: "09:30:00", email: "ana@example.fr", uri: "https://example.fr" }[known.format] ?? "…";
}

/* Parts: what belongs to an object is its tag, all else is general. */

function parts() {
  const found = new Map([[words.general, []]]);
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const part = operation.tags?.[0] ?? words.general;
      if (!found.has(part)) found.set(part, []);
      found.get(part).push({ path, method, operation, parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])] });
    }
  }
  return found;
}

function drawNav(found) {
  const list = root().querySelector(".apidocs-nav ul");
  // What people write comes before what only the set-up knows.
  const rank = (name) => (name === words.general ? 0 : found.get(name).some(({ method }) => method === "post") ? 1 : 2);
  list.replaceChildren(...[...found.keys()].sort((a, b) => rank(a) - rank(b)).map((name) => {
    const schema = description.components.schemas[name];
    const label = schema?.title && schema.title !== name ? `${name} · ${schema.title}` : name;
    return make("li", {}, make("a", { href: `#${encodeURIComponent(name)}`, "hx-boost": "false", "data-part": name }, label));
  }));
}

function show() {
  const found = parts();
  const wanted = decodeURIComponent(location.hash.slice(1));
  const name = found.has(wanted) ? wanted : words.general;
  for (const link of root().querySelectorAll("[data-part]")) {
    if (link.dataset.part === name) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const schema = description.components.schemas[name];
  const part = make("div", { class: "apidocs-part" }, make("h2", {}, schema?.title ? `${schema.title} (${name})` : name), ...found.get(name).map(drawOperation));
  if (schema) part.append(make("h3", {}, words.fields), drawFields(schema));
  root().querySelector("[data-apidocs-part]").replaceChildren(part);
}

function table(heads, rows) {
  const head = make("thead", {}, make("tr", {}, ...heads.map((one) => make("th", { scope: "col" }, one))));
  return make("table", { class: "apidocs-table" }, head, make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((one) => make("td", {}, one ?? ""))))));
}

function drawFields(schema) {
  return table([words.name, words.type, words.meaning], Object.entries(schema.properties ?? {}).map(([name, one]) => [
    make("code", {}, name), typeOf(one), `${one.title ?? ""}${one.readOnly ? ` (${words.readOnly})` : ""}`,
  ]));
}

function code(text) {
  const button = make("button", { type: "button", class: "btn btn-sm", "data-copy": "" }, words.copy);
  return make("div", { class: "apidocs-code" }, make("pre", { tabindex: "0" }, make("code", {}, text)), button);
}

function drawOperation(one) {
  const { path, method, operation, parameters } = one;
  const summary = make("summary", {}, make("span", { class: `method method-${method}` }, method.toUpperCase()), make("code", {}, path), make("span", { class: "muted" }, operation.summary ?? ""));
  const details = make("details", { class: "operation" }, summary);
  // Drawn when it is opened: a part may have dozens of fields in each operation.
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(drawBody(one, parameters)));
  return details;
}

function drawBody({ path, method, operation }, parameters) {
  const body = make("div", { class: "operation-body" });
  if (parameters.length) {
    body.append(make("h4", {}, words.parameters), table([words.name, words.where, words.type, words.meaning], parameters.map((one) => [
      make("code", {}, one.name), words[one.in] ?? one.in, typeOf(one.schema ?? {}), `${one.description ?? ""}${one.required ? ` (${words.required})` : ""}`,
    ])));
  }
  const sent = operation.requestBody?.content?.["application/json"]?.schema;
  if (sent) body.append(make("h4", {}, words.body), code(JSON.stringify(exampleOf(sent), null, 2)));
  const answers = Object.entries(operation.responses).map(([status, answer]) => [make("code", {}, status), answer.$ref ? words.refused : answer.description ?? ""]);
  body.append(make("h4", {}, words.answers), table(["", ""], answers.filter(([, text], place) => text !== words.refused || place === answers.findIndex(([, other]) => other === words.refused)).map(([status, text]) => [text === words.refused ? make("code", {}, "4xx") : status, text])));
  body.append(make("h4", {}, words.example), make("div", { class: "apidocs-examples" }, code(curl(path, method, sent)), code(python(path, method, sent))));
  if (method === "get") body.append(make("h4", {}, words.tryIt), tryForm(path, parameters));
  return body;
}

/* Examples */

const filled = (path) => root().dataset.origin + path.replace("{id}", "001000000000001AAA").replace("{name}", "Account");
const addressOf = (path) => filled(path) + ({ "/api/v1/query": "?q=SELECT+Name+FROM+Account+LIMIT+5", "/api/v1/search": "?q=dupont" }[path] ?? "");

function curl(path, method, sent) {
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}'${addressOf(path)}'`, "  -H 'Authorization: Bearer essor_…'"];
  if (sent) lines.push("  -H 'Content-Type: application/json'", `  -d '${JSON.stringify(exampleOf(sent)).replaceAll("'", "'\\''")}'`);
  return lines.join(" \\\n");
}

function python(path, method, sent) {
  const json = sent ? JSON.stringify(exampleOf(sent), null, 4).replaceAll(/\btrue\b/g, "True").replaceAll(/\bfalse\b/g, "False").replaceAll(/\bnull\b/g, "None") : "";
  const call = [`answer = requests.${method}(`, `    "${addressOf(path)}",`, '    headers={"Authorization": "Bearer essor_…"},'];
  if (json) call.push(`    json=${json.replaceAll("\n", "\n    ")},`);
  return ["import requests", "", ...call, ")", "answer.raise_for_status()", method === "delete" ? "" : "print(answer.json())"].join("\n").trimEnd();
}

/* Try it */

function tryForm(path, parameters) {
  const known = parameters.filter((one) => one.in !== "header");
  const inputs = known.map((one) => {
    const id = `try-${crypto.randomUUID()}`;
    const input = make("input", { class: "form-control", id, name: one.name, "data-in": one.in, autocomplete: "off" });
    if (one.required) input.required = true;
    if (path === "/api/v1/query" && one.name === "q") input.value = "SELECT Name FROM Account LIMIT 5";
    if (one.name === "limit") input.value = "5";
    return make("div", {}, make("label", { class: "form-label", for: id }, one.name), input);
  });
  const form = make("form", { "data-try": path, "hx-boost": "false" }, make("div", { class: "apidocs-try" }, ...inputs), make("button", { class: "btn btn-primary btn-sm", type: "submit" }, words.send));
  return make("div", {}, form, make("div", { "data-answer": "", "aria-live": "polite" }));
}

async function send(form) {
  let path = form.dataset.try;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    const value = input.value.trim();
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value) query.set(input.name, value);
  }
  const address = query.size ? `${path}?${query}` : path;
  const place = form.parentElement.querySelector("[data-answer]");
  const began = performance.now();
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    const text = await answer.text();
    const line = make("p", { class: "apidocs-answer" }, make("span", { class: `es-tag ${answer.ok ? "es-tag-good" : "es-tag-bad"}` }, `${answer.status}`), make("span", { class: "muted" }, `${Math.round(performance.now() - began)} ms`), make("code", {}, address));
    place.replaceChildren(line, code(pretty(text)));
  } catch {
    place.replaceChildren(make("p", { class: "field-error" }, words.failed));
  }
}

function pretty(text) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    shown = text;
  }
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}\n${words.cut}` : shown;
}

/* Listening */

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-try]")) return;
  event.preventDefault();
  event.stopPropagation();
  send(event.target);
}, true);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(button.parentElement.querySelector("code").textContent);
  announce(words.copied);
});

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-apidocs-filter]")) return;
  const wanted = target.value.trim().toLowerCase();
  for (const item of root().querySelectorAll(".apidocs-nav li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
});

addEventListener("hashchange", () => root() && description && show());
document.addEventListener("htmx:load", () => root() && start());

async function start() {
  if (root().dataset.started) return;
  root().dataset.started = "1";
  words = JSON.parse(root().dataset.words);
  const headers = { "Accept-Language": document.documentElement.lang };
  const answer = await fetch(root().dataset.description, { headers }).catch(() => null);
  if (!answer?.ok) {
    root().querySelector("[data-apidocs-part]").replaceChildren(make("p", { class: "field-error" }, words.noDescription));
    return;
  }
  description = await answer.json();
  drawNav(parts());
  show();
}

if (root()) start();
