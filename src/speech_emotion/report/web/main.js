// Everything on the page is started here.
import * as confusion from "ser/confusion.js";
import * as filters from "ser/filters.js";
import * as list from "ser/list.js";
import * as map from "ser/map.js";
import * as measured from "ser/measured.js";
import * as player from "ser/player.js";

for (const part of [filters, confusion, list, player, map, measured]) part.start();

// Paper is white, and shows what is folded away on the screen.
let folded = [];
addEventListener("beforeprint", () => {
  document.documentElement.dataset.theme = "light";
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) each.open = true;
  dispatchEvent(new Event("themechange"));
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.theme;
  for (const each of folded) each.open = false;
  dispatchEvent(new Event("themechange"));
});
document.documentElement.dataset.ready = "true";
