/** Every text of the page, by language, and how numbers are written. */

const TEXTS = {
  en: {
    title: "{room} · lenet",
    skip: "Skip to the content",
    rooms: "Rooms",
    model: "Model",
    compare: "Compare with",
    "compare.none": "compare …",
    again: "Try again",
    cancel: "Cancel",
    loading: "Loading …",
    "scheme.to-dark": "Switch to dark colours",
    "scheme.to-light": "Switch to light colours",

    "room.draw": "Draw",
    "room.picture": "Picture",
    "room.inside": "Look inside",
    "room.numbers": "Numbers",

    "draw.title": "Draw digits",
    "draw.lead": "One or many, anywhere on the sheet. The answer changes while you draw.",
    "empty.draw": "Draw a digit, and the answer appears here.",
    "empty.failed": "No answer yet.",
    "pad.role": "drawing sheet",
    "pad.label": "Sheet to draw digits on",
    "pad.keys":
      "Without a mouse: arrow keys move the pen (Shift: faster), Space puts it down and lifts it, Backspace undoes, Delete clears.",
    "pad.hint": "Draw here",
    "pad.undo": "Undo",
    "pad.clear": "Clear",
    "pad.width": "Pen",
    "pad.width.1": "very thin",
    "pad.width.2": "thin",
    "pad.width.3": "medium",
    "pad.width.4": "thick",
    "pad.width.5": "very thick",
    "pad.samples": "Write for me",
    "pad.sample": "Write a {digit} for me",

    "picture.title": "Read a picture",
    "picture.lead": "A photo, a scan, a screenshot: choose it, drop it anywhere, or paste it.",
    "empty.picture": "Choose a picture, and its digits appear here.",
    "picture.choose": "Choose a picture",
    "picture.photograph": "Photograph",
    "picture.camera": "Live camera",
    "picture.drop": "Drop a picture here, or paste it",
    "picture.here": "Your picture appears here",
    "picture.shown": "Your picture",
    "picture.crops": "Digits found in the picture",
    "picture.reducing": "The picture has {size}: it is made smaller before it is sent …",
    "picture.reduced":
      "The picture had {size}; it was made smaller, {width} × {height} pixels, before it was sent.",
    "picture.too-large":
      "The picture has {size}, more than the {most} that can be sent, and this browser cannot make it smaller. Save it as a smaller JPEG and try again.",
    "picture.no-picture": "What you dropped is no file. Drop a picture, PNG or JPEG for one.",
    "picture.nothing-pasted": "There is no picture on the clipboard. Copy one and paste again.",
    "camera.label": "What the camera sees",
    "camera.take": "Take this picture",
    "camera.close": "Close the camera",
    "camera.denied":
      "The camera was refused. Allow it in the browser's settings for this page, or choose a picture.",
    "camera.none": "No camera was found. Choose a picture instead.",
    "camera.failed":
      "The camera could not be started; another program may be using it. Choose a picture instead.",

    "answer.digits": "Digits in reading order",
    "answer.one.digit": "{digit}, {share}",
    "answer.one.uncertain": "perhaps {digit}, {share}",
    "answer.seen": "What the network sees",
    "answer.inside": "Look inside",
    "answer.time": "{model}, {ms} ms",
    "answer.spoken": "Read: {text}",
    bars: "Probability of each digit",
    "badge.empty": "waiting",
    "badge.blank": "blank",
    "badge.nothing": "not a digit",
    "badge.digit": "digit",
    "badge.uncertain": "uncertain",
    "sentence.digit": "This is a {digit}: {share} sure.",
    "sentence.uncertain":
      "Perhaps a {digit} ({share}), perhaps a {second} ({secondShare}). Do not rely on it.",
    "without.blank": "There is nothing on it.",
    "without.nothing": "There is something on it, but no digit.",
    left: "Left out: {what}.",
    "left.not_a_digit.one": "one sign that is no digit",
    "left.not_a_digit.other": "{n} signs that are no digits",
    "left.line.one": "one line",
    "left.line.other": "{n} lines",
    "left.too_small.one": "one speck",
    "left.too_small.other": "{n} specks",
    "rejected.not_a_digit": "not a digit",
    "rejected.line": "a line",

    "correct.ask": "Not a {digit}? Say what it is:",
    "correct.ask.none": "It is a digit after all? Say which:",
    "correct.group": "What it really is",
    "correct.is": "It is a {digit}",
    "correct.kept":
      "What you say is kept here, with this image of 28×28 pixels, the model and its answer.",
    "correct.sending": "Keeping: this is a {digit} …",
    "correct.done": "Kept: this is a {digit}. Thank you.",
    "correct.undo": "Undo",
    "correct.undone": "The correction was taken back.",
    "kept.none": "No correction is kept yet. Draw something, and say what it really is.",
    "kept.some": "{n} kept. Each can be taken back.",
    "kept.one": "{truth}, read as {answer}",
    "kept.forget": "Take back",
    "kept.forget.one": "Take back: this is a {truth}",

    "inside.title": "Look inside",
    "inside.lead":
      "What every layer makes of one digit. Draw it here, and watch all layers follow the pen.",
    "inside.play": "Watch it pass",
    "inside.from.draw": "The {digit} you drew.",
    "inside.from.picture": "The {digit} of your picture.",
    "inside.from.none": "What was taken for no digit.",
    "inside.no-layers":
      "{model} was made without the file that shows its layers: it cannot be looked into.",
    image: "image",
    stream: "The layers of {model}",
    "stream.digit": "reads a {digit}, {share}",
    "stream.uncertain": "perhaps reads a {digit}, {share}",
    "stream.not_a_digit": "takes it for no digit; the nearest would be a {digit}",
    "maps.role": "feature maps",
    "maps.label":
      "Numbers of {name}. Arrow keys move over the cells, Page Up and Page Down change the map.",
    "layer.weights": "{n} weights",
    "layer.range": "{low} to {high}",
    "shape.flat": "{n} numbers",
    "shape.one": "one map of {height}×{width}",
    "shape.maps": "{n} maps of {height}×{width}",
    "kind.convolution": "convolution",
    "kind.average": "average of",
    "kind.maximum": "maximum of",
    "kind.full connection": "full connection",
    "kind.image": "as the network gets it",
    "family.image": "Light paper, dark ink, 28×28 pixels: all the network ever sees.",
    "family.convolution":
      "Every map slides its own kernels over the maps before it, and answers where it finds its pattern.",
    "family.pooling":
      "Small squares of cells become one: where exactly something was matters less.",
    "family.dense": "Every number weighs all numbers before it.",
    "family.padding": "A margin of paper, so that kernels reach the edges too.",
    "family.normalisation": "Every map is shifted and stretched to a usual range.",
    "family.activation": "Every number is bent by the same curve.",
    "does.tanh": "Every number is squashed to between −1 and 1.",
    "does.ReLU": "What is negative becomes 0.",
    "does.leaky ReLU": "What is negative becomes nearly 0.",
    "does.squared distance":
      "Every number is how far all numbers before it are from one digit's own pattern.",
    "family.residual": "Two convolutions, whose answer is added to what came in.",
    "family.scale": "Paper and ink on the scale the network was made for.",
    "family.flatten": "All numbers in one row.",
    "family.dropout": "At work only while training; here it changes nothing.",
    "legend.low": "negative",
    "legend.high": "positive",
    lens: "Lens",
    "lens.title": "Lens",
    "lens.hint":
      "Point at any cell of any layer: here you see which pixels it sees, and how its number comes about.",
    "lens.close": "Close the lens",
    "lens.cell": "map {map} of {maps}, row {row}, column {column}:",
    "lens.unit": "number {unit} of {maps}:",
    "lens.output": "for “{unit}”:",
    "lens.sees": "Sees rows {rows} and columns {columns} of the image.",
    "lens.sees-all": "Sees the whole image.",
    "lens.convolution.one": "{side}×{side} cells of {before}, times the kernel, added up:",
    "lens.convolution": "{side}×{side} cells of each map of {before}, times a kernel, added up:",
    "lens.pooling": "{n} cells of {before} become one:",
    "lens.activation": "{kind}: {from} becomes {to}.",
    "lens.map": "map {map}",
    "lens.others": "{n} more maps: {sum};",
    "lens.bias": "bias: {bias};",
    "lens.total": "together {total}.",
    "lens.family.image": "",
    "lens.family.pooling": "",
    "lens.family.dense": "It weighs all numbers of the layer before.",
    "lens.family.padding": "",
    "lens.family.normalisation": "The same cell before it, shifted and stretched.",
    "lens.family.activation": "",
    "lens.family.residual":
      "Two convolutions of the square outlined before it, and the cell itself.",
    "lens.family.scale": "",

    "numbers.title": "Numbers",
    "numbers.lead": "What the model is, how often it errs, and where.",
    "numbers.untested": "not tested",
    "numbers.errors.one": "{n} error in {total} test digits,",
    "numbers.errors.other": "{n} errors in {total} test digits,",
    "numbers.scores": "Which digit was taken for which",
    "numbers.confusion":
      "Rows: the truth. Columns: the answer. Choose a number of errors to see them.",
    "numbers.classes": "Each digit by itself",
    "numbers.facts":
      "95 % interval of the error rate: {low} to {high}. Probabilities miss by {calibration} on average.",
    "numbers.mistakes": "Worst mistakes",
    "numbers.layers": "Layers",
    "numbers.card": "Card",
    "numbers.corrections": "Corrections",
    "column.class": "digit",
    "column.precision": "precision",
    "column.recall": "recall",
    "column.f1": "F1",
    "column.support": "images",
    "column.layer": "layer",
    "column.kind": "what",
    "column.shape": "output",
    "column.weights": "weights",
    "confusion.title": "Confusion matrix",
    "confusion.corner": "truth ↓ answer →",
    "confusion.cell": "{n} times a {truth} was read as {answer}",
    "mistakes.some":
      "{shown} of {n} errors, the most certain first: truth → answer. Choose one to look inside.",
    "mistakes.pair.one": "The one {truth} that was read as {answer}.",
    "mistakes.pair.other": "The {n} of {truth} that were read as {answer}.",
    "mistakes.as": "read as",
    "mistakes.all": "Show all {n}",
    "mistakes.one": "A {truth} of the test set, read as {answer}, {share}",

    "keeping.nothing":
      "What you draw or show is read and forgotten: this service keeps nothing. It asks no other computer.",
    "keeping.collect":
      "What you draw or show is read and forgotten. Only a correction is kept, when you make one. This page asks no other computer.",
    "door.label": "Token",
    "door.hint":
      "This service is closed to strangers. Open the whole address that “lenet serve” printed, or type the token in it.",
    "door.open": "Enter",
    "error.unreachable": "The service cannot be reached. Is “lenet serve” still running?",
    "error.strange": "The service gave an answer this page does not understand. Reload the page.",
  },
};

/** The language of the page: the first the person reads that it has texts in. */
export const language =
  navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag in TEXTS) ?? "en";

const texts = TEXTS[language];
const plurals = new Intl.PluralRules(language);

/**
 * A text, with its places filled in.
 * @param {string} key @param {Record<string, string | number>} [values]
 * @param {string} [otherwise] what to say where there is no such text
 */
export function t(key, values = {}, otherwise = key) {
  const text = texts[key] ?? otherwise;
  return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/** A text for a number of things. */
export function count(key, n, values = {}) {
  return t(`${key}.${plurals.select(n)}`, { n: integer(n), ...values });
}

const one = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat(language);

/** A probability; what is nearly certain is not called certain. */
export function percent(share) {
  if (share >= 0.9995 && share < 1) return `>${one.format(99.9)} %`;
  return `${one.format(100 * share)} %`;
}

/** A rate of errors or of right answers. */
export const rate = (share) => `${two.format(100 * share)} %`;

/** A number of a layer. */
export const number = (value) =>
  two
    .format(value)
    .replace(/^-0[.,]00$/, two.format(0))
    .replace("-", "−");

/** The same with its sign. */
export const signed = (value) => (value < 0 ? "" : "+") + number(value);

export const integer = (value) => whole.format(value);

/** A size of a file. */
export const bytes = (size) => `${one.format(size / 1e6)} MB`;

/** A moment, as people here write it. */
export const date = (moment) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(moment),
  );
