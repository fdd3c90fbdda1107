/* Essor, pages read on this site. Nothing is kept in the browser and nothing names anybody before essor.consent(true);
   "Do not track" and Global Privacy Control are obeyed. Version 1, no dependencies. */
(function () {
  "use strict";
  var script = document.currentScript;
  var home = new URL(script.src).origin;
  var KEY = "essor-visitor", LINK = "essor_r", BROWSER = "essor_v";
  var early = (window.essor && window.essor.asked) || [];
  var silent = navigator.globalPrivacyControl === true || navigator.doNotTrack === "1" || window.doNotTrack === "1";
  var link = taken();

  /* Take the token of a mail's link out of the address, whatever becomes of it. */
  function taken() {
    var here = new URL(location.href), found = here.searchParams.get(LINK) || "";
    if (found) {
      here.searchParams.delete(LINK);
      history.replaceState(history.state, "", here.pathname + here.search + here.hash);
    }
    return found;
  }

  function token() { try { return localStorage.getItem(KEY) || ""; } catch (refused) { return ""; } }

  function keep(text) {
    try { if (text) localStorage.setItem(KEY, text); else localStorage.removeItem(KEY); } catch (refused) { /* nothing is kept */ }
  }

  /* Text, so that the browser asks nothing before; no cookies either way. */
  function send(path, body) {
    return fetch(home + path, {
      method: "POST", mode: "cors", credentials: "omit", keepalive: true, referrerPolicy: "no-referrer",
      headers: { "Content-Type": "text/plain" }, body: JSON.stringify(body)
    }).then(function (answer) {
      if (!answer.ok) throw new Error("Essor: " + answer.status);
      return answer.text();
    });
  }

  function page(again) {
    if (silent) return Promise.resolve();
    var here = new URL(location.href), body = { path: here.pathname }, utm = {};
    here.searchParams.forEach(function (value, name) { if (name.indexOf("utm_") === 0) utm[name] = value; });
    if (Object.keys(utm).length) body.utm = utm;
    if (document.referrer && new URL(document.referrer).origin !== here.origin) body.referrer = new URL(document.referrer).origin;
    if (token()) body.visitor = token();
    if (again) body.again = true;
    return send("/s/hit", body).then(function (renewed) { if (renewed && token()) keep(renewed); }).catch(function () {});
  }

  function consent(yes, wording) {
    if (!yes) {
      var old = token();
      keep("");
      return old ? send("/s/consent", { agrees: false, visitor: old, wording: wording || "" }).then(function () { return false; }) : Promise.resolve(false);
    }
    if (silent) return Promise.resolve(false);
    var known = token();
    if (known && !link) return Promise.resolve(true);
    return send("/s/consent", { agrees: true, visitor: known, link: link, wording: wording || "" }).then(function (text) {
      link = "";
      keep(text);
      if (text) page(true);
      return Boolean(text);
    });
  }

  /* Our own landing pages and forms learn by which browser they are sent, once its reader agreed. */
  document.addEventListener("click", function (event) {
    var a = event.target.closest && event.target.closest("a[href]");
    if (!a || !token() || a.origin !== home || a.pathname.indexOf("/lp/") !== 0) return;
    var there = new URL(a.href);
    there.searchParams.set(BROWSER, token());
    a.href = there.href;
  }, true);
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!token() || new URL(form.action, location.href).origin !== home || form.elements[BROWSER]) return;
    var field = document.createElement("input");
    field.type = "hidden"; field.name = BROWSER; field.value = token();
    form.append(field);
  }, true);

  window.essor = {
    consent: consent,
    page: function () { return page(false); },
    get agreed() { return Boolean(token()); }
  };

  function start() {
    var first = page(false);
    /* Who agreed earlier and comes by a mail becomes known now. */
    if (token() && link) consent(true, "");
    early.forEach(function (asked) { first.then(function () { consent(asked[0], asked[1]); }); });
  }
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
})();
