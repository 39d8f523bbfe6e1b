// Compares the files that the reader drops with those that were quoted, by SHA-256 alone.
"use strict";

const words = document.getElementById("files").dataset;
const rows = [...document.querySelectorAll("tr[data-sha256]")];
const zone = document.querySelector(".drop");

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(cell, state) {
  cell.className = state;
  cell.textContent = words[state];
}

function addRow(name, hash, state) {
  const row = document.querySelector("#files tbody").insertRow();
  row.className = "extra";
  row.insertCell().textContent = name;
  row.insertCell().appendChild(document.createElement("code")).textContent = hash;
  say(row.insertCell(), state);
}

async function check(files) {
  if (!globalThis.crypto?.subtle) {  // an address that the browser does not trust
    document.getElementById("summary").textContent = words.byHand;
    return;
  }
  document.querySelectorAll("tr.extra").forEach((row) => row.remove());
  for (const file of files) {
    let hash = "";
    try {
      hash = await sha256(file);
    } catch {
      addRow(file.name, "", "unreadable");
      continue;
    }
    const same = rows.filter((row) => row.dataset.sha256 === hash);
    same.forEach((row) => say(row.cells[2], "same"));
    if (same.length) continue;
    const named = rows.filter((row) => row.dataset.name === file.name);
    named.filter((row) => row.cells[2].className !== "same")
      .forEach((row) => say(row.cells[2], "other"));
    addRow(file.name, hash, named.length ? "other" : "unknown");
  }
  const same = rows.filter((row) => row.cells[2].className === "same").length;
  document.getElementById("summary").textContent =
    words.summary.replace("{same}", same).replace("{all}", rows.length);
}

zone.querySelector("input").addEventListener("change", (event) => check(event.target.files));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("over");
});
document.addEventListener("dragleave", () => zone.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  check(event.dataTransfer.files);
});
