/* Starts everything. Each module listens on the document, so that parts swapped in later work at once. */
import "./nav.js";
import "./toasts.js";
import "./dialogs.js";
import "./session.js";
import "./menus.js";
import "./tabs.js";
import "./shortcuts.js";
import "./combobox.js";
import "./picklist.js";
import "./selection.js";
import "./inline.js";
import "./forms.js";
import "./richtext.js";
import "./preferences.js";
import "./lists.js";
import "./filters.js";
import "./live.js";
