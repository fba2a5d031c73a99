// Small comforts on top of pages that work without them.

// An ordered list marked data-order="<id of its form>": drag an item by its grip, and the form is sent.
for (const list of document.querySelectorAll("[data-order]")) {
  const order = () => [...list.querySelectorAll("[name=item]")].map((each) => each.value).join();
  let carried = null;
  let before = "";
  for (const grip of list.querySelectorAll(".grip")) grip.classList.add("live");
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip) return;
    carried = grip.closest("li");
    carried.classList.add("carried");
    before = order();
    event.preventDefault();
  });
  // On the document: a pointer captured by the grip would be let go when its item moves.
  document.addEventListener("pointermove", (event) => {
    if (!carried) return;
    const below = [...list.children].find((item) => {
      const box = item.getBoundingClientRect();
      return item !== carried && event.clientY < box.top + box.height / 2;
    });
    if (below !== carried.nextElementSibling) list.insertBefore(carried, below ?? null);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      if (!carried) return;
      carried.classList.remove("carried");
      carried = null;
      if (end === "pointerup" && order() !== before) document.getElementById(list.dataset.order).requestSubmit();
    });
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

// A form marked data-draft="<address>": some seconds after a change, what is filled in is saved as a draft.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const status = document.querySelector("[role=status]");
  let waiting = null;
  const save = async () => {
    const sent = { method: "POST", headers: { accept: "text/plain" }, redirect: "manual" };
    const fields = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.draft, { ...sent, body: fields });
      const said = answer.headers.get("content-type")?.startsWith("text/plain") && (await answer.text());
      status.textContent = said || form.dataset.unsaved;
      status.classList.toggle("bad", !answer.ok);
    } catch {
      status.textContent = form.dataset.unsaved;
      status.classList.add("bad");
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 3000);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

// A button marked data-copies="<id>" copies the text of that element. It says so itself (data-done), and the page's status for
// who hears the page (data-copied, data-uncopied).
// Without a secure connection a browser gives pages no clipboard: there the text is selected and copied as by hand.
for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  const status = document.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(source);
    let copied = false;
    try {
      await navigator.clipboard.writeText(source.textContent);
      copied = true;
    } catch {
      copied = document.execCommand("copy");
    }
    if (copied) button.firstChild.textContent = button.dataset.done;
    status.textContent = copied ? button.dataset.copied : button.dataset.uncopied;
  });
}

// A link into something folded opens it, and paper shows it open: browsers that do not do so by themselves are helped.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  let shut = target?.closest("details:not([open])");
  if (!shut) return;
  for (; shut; shut = target.closest("details:not([open])")) shut.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(".fold:not([open])")];
  for (const each of unfolded) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of unfolded) each.open = false;
});
