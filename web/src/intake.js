// Every way of handing a badge in: choose, type or paste into a field, drop, paste.

/**
 * The controls of the section that view/intake.js makes.
 *
 * @param {{file: HTMLInputElement, form: HTMLFormElement}} controls the form has a text area named `badge`
 * @param {(badge: File | string) => void} take called with each badge that is handed in
 */
export function listenToControls({ file, form }, take) {
  file.addEventListener("change", () => {
    takeFirst(file.files, take);
    // So that the same file, changed on disk, can be chosen again.
    file.value = "";
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    takeText(form.elements.badge.value, take);
  });
}

/**
 * What is dropped or pasted.
 *
 * @param {object} parts
 * @param {EventTarget} parts.scope where it is heard: the document, or an element's inside
 * @param {HTMLElement} parts.root is marked while something is dragged over it
 * @param {AbortSignal} [parts.signal] ends the listening
 * @param {(badge: File | string) => void} take called with each badge that is handed in
 */
export function listenToTransfers({ scope, root, signal }, take) {
  const on = (type, react) => scope.addEventListener(type, react, { signal });
  // Enter and leave come for every element that is passed, so they are counted.
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    root.toggleAttribute("data-dragging", depth > 0);
  };
  on("dragenter", () => show(1));
  on("dragleave", () => show(-1));
  on("dragover", (event) => event.preventDefault());
  on("drop", (event) => {
    event.preventDefault();
    show(-depth);
    takeFrom(event.dataTransfer, take);
  });
  on("paste", (event) => {
    // Text that is pasted where text is typed belongs there.
    const [target] = event.composedPath();
    if (!(target instanceof Element && target.matches("textarea, input[type=text]"))) takeFrom(event.clipboardData, take);
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
