/* What stands beside the letter: the settings of the selected block, or of the whole letter. */
import { ask, h, icon, iconButton } from "./dom.js";
import * as canvas from "./canvas.js";
import { NAMES } from "./chips.js";
import { change, find, state } from "./state.js";

let panel, act;
const words = () => state.letter.words;

export function start(element, actions) {
  panel = element;
  act = actions;
}

export function draw() {
  const found = state.selected && find(state.selected);
  panel.replaceChildren(...(found ? blockPanel(found.block) : themePanel()));
  if (!state.letter.editable) for (const one of panel.querySelectorAll("input, select, textarea, button")) one.disabled = true;
  panel.closest(".lt").classList.toggle("lt-has-block", Boolean(found));
  panel.closest(".lt").classList.toggle("lt-has-text", found && found.block.kind === "text");
}

const set = (block, name, value) => {
  change(`${name}:${block.id}`, () => { find(block.id).block[name] = value; }, true);
  canvas.redraw(block.id);
};

let number = 0;
function field(label, control, help = "") {
  control.id ||= `lt-f${(number += 1)}`;
  return h("div", { class: "field" }, h("label", { class: "form-label", for: control.id }, label), control, help && h("p", { class: "field-help" }, help));
}

const input = (block, name, label, more = {}) =>
  field(label, h("input", { class: "form-control", value: block[name] ?? "", oninput: (event) => set(block, name, event.target.value), ...more }));

function select(label, value, options, onchange) {
  const made = h("select", { class: "form-select", onchange: (event) => onchange(event.target.value) }, options.map(([key, name]) => h("option", { value: key, selected: String(key) === String(value) }, name)));
  return field(label, made);
}

function choice(label, value, options, onchange) {
  const name = `lt-c${(number += 1)}`;
  return h("fieldset", { class: "field" }, h("legend", { class: "form-label" }, label), h("div", { class: "toggle-group" }, options.map(([key, text]) =>
    h("label", {}, h("input", { type: "radio", name, value: key, checked: key === value, onchange: () => onchange(key) }), h("span", {}, text)))));
}

function color(label, value, onchange, empty = "") {
  const picker = h("input", { type: "color", class: "lt-color", value: value || empty, oninput: (event) => onchange(event.target.value), "aria-label": label });
  return h("div", { class: "field lt-colors" }, picker, h("span", {}, label), value && empty ? iconButton("x", words().as_theme, () => { onchange(""); draw(); }) : null);
}

const range = (label, value, min, max, unit, oninput) => {
  const shown = h("output", {}, `${value} ${unit}`);
  const control = h("input", { type: "range", class: "form-range", min, max, value, oninput: (event) => { shown.textContent = `${event.target.value} ${unit}`; oninput(Number(event.target.value)); } });
  const made = field(label, control);
  made.querySelector("label").append(" ", shown);
  return made;
};

const aligns = (block) => choice(words().align, block.align, ["left", "center", "right"].map((one) => [one, words().aligns[one]]), (value) => set(block, "align", value));

function address(block, name = "href") {
  const control = h("input", { class: "form-control", type: "text", inputmode: "url", list: "letter-addresses", value: block[name], oninput: (event) => set(block, name, event.target.value.trim()) });
  return h("div", {}, field(words().address, control), h("datalist", { id: "letter-addresses" }, NAMES.map((one) => h("option", { value: `{{ ${one} }}` }, words()[one]))));
}

const OWN = {
  text: (block) => [aligns(block)],
  picture: (block) => [
    h("button", { type: "button", class: "btn", onclick: () => act.picture(block.id) }, icon("photo"), block.src ? words().other_picture : words().choose_picture),
    input(block, "src", words().picture_address, { inputmode: "url" }),
    h("div", {}, input(block, "alt", words().alt, { disabled: block.decorative }), h("label", { class: "check-line" }, h("input", { type: "checkbox", class: "form-check-input", checked: block.decorative, onchange: (event) => { set(block, "decorative", event.target.checked); if (event.target.checked) set(block, "alt", ""); draw(); } }), words().decorative)),
    address(block),
    range(words().width, block.width, 5, 100, "%", (value) => set(block, "width", value)), aligns(block),
  ],
  button: (block) => [
    input(block, "label", words().label), address(block), color(words().color, block.color, (value) => { set(block, "color", value); }, state.letter.content.theme.accent), aligns(block),
    h("label", { class: "check-line" }, h("input", { type: "checkbox", class: "form-check-input", checked: block.wide, onchange: (event) => set(block, "wide", event.target.checked) }), words().wide),
  ],
  divider: (block) => [color(words().color, block.color, (value) => set(block, "color", value), "#d9dadc")],
  spacer: (block) => [range(words().height, block.height, 4, 200, "px", (value) => set(block, "height", value))],
  social: (block) => [...block.links.map((link, place) => h("div", { class: "lt-pair" },
    h("select", { class: "form-select", "aria-label": words().network, onchange: (event) => links(block, (all) => { all[place] = [event.target.value, link[1]]; }) }, Object.entries(words().networks).map(([key, name]) => h("option", { value: key, selected: key === link[0] }, name))),
    h("input", { class: "form-control", "aria-label": words().address, value: link[1], oninput: (event) => links(block, (all) => { all[place] = [all[place][0], event.target.value.trim()]; }, false) }),
    iconButton("x", words().remove, () => links(block, (all) => all.splice(place, 1))))),
  h("button", { type: "button", class: "btn btn-sm", disabled: block.links.length >= 12, onclick: () => links(block, (all) => all.push(["web", "https://"])) }, icon("plus"), words().add_network), aligns(block)],
  html: (block) => [field("HTML", h("textarea", { class: "form-control lt-source-small", rows: 12, spellcheck: "false", value: block.html, oninput: (event) => set(block, "html", event.target.value) }), words().html_help)],
  columns: (block) => [choice(words().ratio, block.ratio, [["1-1", "1:1"], ["1-2", "1:2"], ["2-1", "2:1"], ["1-1-1", "1:1:1"]], (value) => {
    const wanted = value.split("-").length;
    change("", () => {
      const found = find(block.id).block;
      found.ratio = value;
      while (found.columns.length < wanted) found.columns.push([]);
      while (found.columns.length > wanted) found.columns.at(-2).push(...found.columns.pop());
    });
  })],
  dynamic: (block) => [select(words().segment, block.segment ?? "", [["", words().no_segment], ...state.letter.segments.map((one) => [one.id, one.name])], (value) => set(block, "segment", value ? Number(value) : null)),
    h("p", { class: "field-help" }, words().segment_help)],
};

function links(block, work, again = true) {
  change(`links:${block.id}`, () => work(find(block.id).block.links), true);
  canvas.redraw(block.id);
  if (again) draw();
}

function blockPanel(block) {
  const spaces = ["none", "small", "normal", "large"].map((one) => [one, words().spaces[one]]);
  return [
    h("div", { class: "lt-panel-head" }, h("h2", {}, words().kinds[block.kind]), iconButton("x", words().close, () => act.select(""))),
    ...OWN[block.kind](block),
    color(words().background, block.background, (value) => set(block, "background", value), state.letter.content.theme.paper),
    block.kind === "spacer" ? null : choice(words().space, block.space, spaces, (value) => set(block, "space", value)),
  ].filter(Boolean);
}

const setTheme = (name, value) => {
  change(`theme:${name}`, () => { state.letter.content.theme[name] = value; }, true);
  canvas.dress(state.letter.content.theme);
};

function themePanel() {
  const { theme } = state.letter.content;
  const { fonts, themes } = state.letter;
  const names = Object.keys(fonts).map((one) => [one, words().fonts[one]]);
  const swatch = (key, one, label, extra) => h("div", { class: "lt-swatch" }, h("button", {
    type: "button", title: label, "aria-label": label, style: { "--a": one.background, "--b": one.paper, "--c": one.accent, "--d": one.heading },
    onclick: () => { change("", () => { state.letter.content.theme = { ...one, logo: one.logo || theme.logo }; }); },
  }, h("i", {}), h("b", {}), h("s", {})), extra ?? null);
  const kept = h("div", { class: "lt-swatches", hidden: true });
  if (state.letter.keeps) ask("/letters/kept/themes").then(({ data }) => {
    kept.replaceChildren(...(data.kept ?? []).map((one) => swatch(one.id, one.value, one.name, iconButton("x", words().remove, () => ask(`/letters/kept/themes?id=${one.id}`, { method: "DELETE" }).then(draw)))));
    kept.hidden = !kept.childElementCount;
  });
  return [
    h("div", { class: "lt-panel-head" }, h("h2", {}, words().theme)),
    h("p", { class: "field-help" }, words().theme_help),
    h("div", { class: "lt-swatches" }, Object.entries(themes).map(([key, one]) => swatch(key, one, words().themes[key]))), kept,
    ...["background", "paper", "text", "heading", "accent", "on_accent"].map((one) => color(words().colors[one], theme[one], (value) => setTheme(one, value))),
    select(words().font, theme.font, names, (value) => setTheme("font", value)),
    select(words().heading_font, theme.heading_font, names, (value) => setTheme("heading_font", value)),
    choice(words().corners, theme.corners, ["square", "soft", "round"].map((one) => [one, words().cornered[one]]), (value) => setTheme("corners", value)),
    range(words().page_width, theme.width, 480, 760, "px", (value) => setTheme("width", value)),
    h("div", { class: "lt-logo-field" }, h("span", { class: "form-label" }, words().logo),
      h("div", { class: "btn-list" }, theme.logo ? h("img", { src: theme.logo, alt: "", height: 28 }) : null,
        h("button", { type: "button", class: "btn btn-sm", onclick: () => act.logo() }, icon("photo"), words().choose_picture),
        theme.logo ? iconButton("x", words().remove, () => { change("", () => { state.letter.content.theme.logo = ""; }); }) : null)),
    h("button", { type: "button", class: "btn btn-sm", onclick: () => act.keepTheme() }, icon("bookmark"), words().keep_theme),
  ];
}
