/* Small helpers to make elements. */

/* h("p", { class: "x", onclick: f, dataset: { a: 1 } }, "text", child): texts are never markup. */
export function h(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) made.style.setProperty(key, one);
    else if (name === "value" || name === "checked" || name === "disabled") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export function icon(name) {
  const found = document.querySelector("#letter-icons")?.dataset.sprite ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${found}#${name}`);
  svg.append(use);
  return svg;
}

export const iconButton = (name, label, onclick, more = {}) =>
  h("button", { type: "button", class: "btn btn-ghost btn-icon btn-sm", title: label, "aria-label": label, onclick, ...more }, icon(name));

/* A request for JSON: {status, data}; status 0 when nobody answers. */
export async function ask(address, { method = "GET", body, signal } = {}) {
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]")?.content ?? "", Accept: "application/json" };
  if (body && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
  headers["HX-Request"] = "true";
  try {
    const answer = await fetch(address, { method, headers, signal, body: body && !(body instanceof FormData) ? JSON.stringify(body) : body });
    const json = answer.headers.get("content-type")?.includes("json");
    return { status: answer.status, data: json ? await answer.json() : { errors: [{ at: "", message: await answer.text() }] } };
  } catch (error) {
    if (error.name === "AbortError") return { status: -1, data: {} };
    return { status: 0, data: {} };
  }
}
