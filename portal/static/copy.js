// A button [data-copies="id"] copies the text of that element. Without JavaScript it stays hidden: the text can be selected.

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    button.querySelector("[data-says]").textContent = button.dataset.done;
  });
}
