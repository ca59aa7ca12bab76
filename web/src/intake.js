// Every way of handing a badge to the page: choose, drop anywhere, paste anywhere, type or paste text.

/**
 * @param {object} parts
 * @param {HTMLInputElement} parts.file
 * @param {HTMLFormElement} parts.form with a text area named `text`
 * @param {(badge: File | string) => void} take called with each badge that is handed in
 */
export function listen({ file, form }, take) {
  file.addEventListener("change", () => {
    takeFirst(file.files, take);
    // So that the same file, changed on disk, can be chosen again.
    file.value = "";
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    if (text !== "") take(text);
  });

  document.addEventListener("paste", (event) => {
    if (event.target instanceof HTMLTextAreaElement) return;
    const { files } = event.clipboardData;
    const text = event.clipboardData.getData("text/plain").trim();
    if (!takeFirst(files, take) && text !== "") take(text);
  });

  listenForDrops(take);
}

function listenForDrops(take) {
  // Enter and leave come for every element that is passed, so they are counted.
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    document.body.toggleAttribute("data-dragging", depth > 0);
  };
  document.addEventListener("dragenter", () => show(1));
  document.addEventListener("dragleave", () => show(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    show(-depth);
    const text = event.dataTransfer.getData("text/plain").trim();
    if (!takeFirst(event.dataTransfer.files, take) && text !== "") take(text);
  });
}

function takeFirst(files, take) {
  const [first] = files ?? [];
  if (first !== undefined) take(first);
  return first !== undefined;
}
