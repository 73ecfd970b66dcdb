/* Comfort only: every page works without this file. */
(function () {
  "use strict";

  // A dialog opened by its button becomes modal; without script the browser shows it as a popover.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button[popovertarget]");
    if (!button) return;
    var target = document.getElementById(button.getAttribute("popovertarget"));
    if (!(target instanceof HTMLDialogElement)) return;
    event.preventDefault();
    if (target.open) target.close();
    else target.showModal();
  });

  // A drop-down closes when the visitor goes elsewhere.
  function closeDrops(except) {
    document.querySelectorAll("details[data-drop][open]").forEach(function (drop) {
      if (drop !== except) drop.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeDrops(event.target.closest("details[data-drop]"));
  });
  document.addEventListener("focusin", function (event) {
    closeDrops(event.target.closest("details[data-drop]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var drop = event.target.closest && event.target.closest("details[data-drop][open]");
    if (drop) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });

  // A file may be dropped on its field's whole zone.
  document.addEventListener("dragover", function (event) {
    var zone = event.target.closest && event.target.closest(".kern-form-input:has([data-file-drop])");
    if (zone) {
      event.preventDefault();
      zone.classList.add("is-dropping");
    }
  });
  ["dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var zone = event.target.closest && event.target.closest(".is-dropping");
      if (!zone) return;
      zone.classList.remove("is-dropping");
      if (name === "drop" && event.dataTransfer.files.length) {
        event.preventDefault();
        var field = zone.querySelector("[data-file-drop]");
        field.files = event.dataTransfer.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  });

  // After a refused form the error summary is read first.
  function focusErrors(part) {
    var summary = part.matches(".error-summary") ? part : part.querySelector(".error-summary");
    if (summary) summary.focus();
  }
  document.addEventListener("DOMContentLoaded", function () {
    focusErrors(document.body);
  });
  document.addEventListener("htmx:load", function (event) {
    // only what came in: another part that polls must not move the focus
    if (event.detail.elt !== document.body) focusErrors(event.detail.elt);
  });

  // What a swapped part has to say is announced once, and only when it changed.
  document.addEventListener("htmx:afterSettle", function (event) {
    var part = event.target.closest && event.target.closest("[data-say]");
    var line = document.getElementById("ansage");
    if (part && line && line.textContent !== part.dataset.say) line.textContent = part.dataset.say;
  });
})();
