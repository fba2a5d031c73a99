// Small comforts on top of pages that work without them.

// An ordered list marked data-order="<id of its form>": drag an item by its grip, and the form is sent.
for (const list of document.querySelectorAll("[data-order]")) {
  let carried = null;
  for (const item of list.children) {
    const grip = item.querySelector(".grip");
    if (!grip) continue;
    grip.classList.add("live");
    grip.addEventListener("pointerdown", (event) => {
      carried = item;
      item.classList.add("carried");
      grip.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    grip.addEventListener("pointermove", (event) => {
      if (carried !== item) return;
      const below = [...list.children].find((other) => {
        const box = other.getBoundingClientRect();
        return other !== item && event.clientY < box.top + box.height / 2;
      });
      if (below !== item.nextElementSibling) list.insertBefore(item, below ?? null);
    });
    const drop = (event) => {
      if (carried !== item) return;
      carried = null;
      item.classList.remove("carried");
      if (event.type === "pointerup") document.getElementById(list.dataset.order).requestSubmit();
    };
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", drop);
  }
}

// Choices marked data-numbers: with one of them in focus, 1 to 9 choose by their place.
for (const choices of document.querySelectorAll("[data-numbers]")) {
  choices.addEventListener("keydown", (event) => {
    const chosen = /^[1-9]$/.test(event.key) && choices.querySelectorAll("input")[event.key - 1];
    if (!chosen) return;
    chosen.checked = true;
    chosen.focus();
    event.preventDefault();
  });
}
