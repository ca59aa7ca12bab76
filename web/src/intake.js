// Every way of handing a badge in: choose, drop, paste, type or paste text.

/**
 * @param {object} parts
 * @param {EventTarget} parts.scope where drops and pastes are heard: the document, or an element's inside
 * @param {HTMLElement} parts.root is marked while something is dragged over it
 * @param {HTMLInputElement} parts.file
 * @param {HTMLFormElement} parts.form with a text area named `badge`
 * @param {AbortSignal} parts.signal ends the listening
 * @param {(badge: File | string) => void} take called with each badge that is handed in
 */
export function listen({ scope, root, file, form, signal }, take) {
  file.addEventListener("change", () => {
    takeFirst(file.files, take);
    // So that the same file, changed on disk, can be chosen again.
    file.value = "";
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    takeText(form.elements.badge.value, take);
  });

  const paste = (event) => {
    // Text that is pasted where text is typed belongs there.
    if (!(event.composedPath()[0] instanceof HTMLTextAreaElement)) takeFrom(event.clipboardData, take);
  };
  scope.addEventListener("paste", paste, { signal });

  listenForDrops(scope, root, signal, take);
}

function listenForDrops(scope, root, signal, take) {
  // Enter and leave come for every element that is passed, so they are counted.
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    root.toggleAttribute("data-dragging", depth > 0);
  };
  const on = (type, react) => scope.addEventListener(type, react, { signal });
  on("dragenter", () => show(1));
  on("dragleave", () => show(-1));
  on("dragover", (event) => event.preventDefault());
  on("drop", (event) => {
    event.preventDefault();
    show(-depth);
    takeFrom(event.dataTransfer, take);
  });
}

function takeFrom(transfer, take) {
  if (!takeFirst(transfer.files, take)) takeText(transfer.getData("text/plain"), take);
}

function takeFirst(files, take) {
  const [first] = files ?? [];
  if (first !== undefined) take(first);
  return first !== undefined;
}

function takeText(value, take) {
  const text = value.trim();
  if (text !== "") take(text);
}
