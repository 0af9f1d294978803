/** The page: its rooms, their shared state, and the reaction to changes. */
import { ROOMS, strangeIn } from "./address.js";
import { Newest, nameOf, read } from "./api.js";
import { drawBoxes } from "./boxes.js";
import { Pad } from "./drawing.js";
import { button, byId, el, speak, writeTexts } from "./elements.js";
import { InsideRoom } from "./inside.js";
import { schemeSwitch } from "./light.js";
import { readColours } from "./maps.js";
import { about, asked, loadModels, modelChoice, state } from "./models.js";
import { correctionsPart, numbersOf } from "./numbers.js";
import { PictureRoom } from "./picture.js";
import { Answer } from "./reading.js";
import { language, t } from "./strings.js";
import { ApiError, SERVED, takeToken } from "./transport.js";
import { calm, complain, door, notice } from "./trouble.js";

let room = "";
/** Numbers are fetched when the room is entered, once for each choice of models. */
let numbersFor = "";

document.documentElement.lang = language;
writeTexts(t);
if (!SERVED) document.querySelector("a[href='#picture']")?.remove();

// ---------------------------------------------------------------- drawing

let picked = false; // whether the person has chosen a digit since the pen last moved
const pad = new Pad(() => {
  picked = false;
  readDrawing();
});
const drawn = new Answer(byId("draw-answer"), {
  empty: "empty.draw",
  onchoose: () => {
    picked = true;
    showDrawnBoxes();
    lookAtDrawing();
  },
  oninside: () => openInside("draw"),
});
byId("draw-side").append(pad.element);
pad.sheet.addEventListener("fit", () => showDrawnBoxes());

const drawing = new Newest(
  async (_, signal) => readAll(SERVED ? await pad.picture() : pad.drawing(), signal),
  ([reading, other]) => {
    settle();
    if (pad.empty || !reading) return; // cleared before the answer came
    drawn.show(reading, { other, chosen: newestOf(reading) });
    showDrawnBoxes();
    lookAtDrawing();
  },
  (error) => {
    complain(error);
    drawn.fail();
    showDrawnBoxes();
  },
);

function readDrawing() {
  if (pad.empty) {
    drawing.cancel();
    drawn.show(null);
    showDrawnBoxes();
    if (inside.subject?.from === "draw") inside.set(null);
  } else drawing.ask(true);
}

function showDrawnBoxes() {
  drawBoxes(pad.boxes, drawn.reading, { chosen: drawn.chosen, place: pad.place });
}

/**
 * The index of the digit that was picked, or of the one written last: the nearest to the pen.
 * @param {import("./api.js").Reading} reading
 */
function newestOf({ digits, width, height }) {
  const pen = pad.tip;
  if (!pen || picked) return drawn.chosen;
  const [x, y] = [pen.x * width, pen.y * height];
  /** @param {import("./api.js").Digit} digit */
  const far = ({ box: [left, top, w, h] }) =>
    Math.hypot(Math.max(left - x, 0, x - left - w), Math.max(top - y, 0, y - top - h));
  const distances = digits.map(far);
  return distances.indexOf(Math.min(...distances));
}

function lookAtDrawing() {
  if (drawn.image && (room === "inside" || inside.subject?.from === "draw"))
    inside.set(subjectOf("draw"));
}

// ---------------------------------------------------------------- pictures

const pictured = new Answer(byId("picture-answer"), {
  empty: "empty.picture",
  onchoose: () => pictures.mark(pictured.chosen),
  oninside: () => openInside("picture"),
});
const pictures = new PictureRoom(byId("picture-side"), {
  read: (blob, live) => reading.ask({ blob, live }),
  choose: (index) => pictured.choose(index),
  forget: () => {
    reading.cancel();
    pictured.show(null, { chosen: 0 });
  },
});
const reading = new Newest(
  ({ blob }, signal) => readAll(blob, signal),
  ([first, other], { live }) => {
    settle();
    if (live && !pictures.camera.open) return;
    pictured.show(first, { other });
    pictures.found(first, pictured.chosen, live);
  },
  (error) => {
    if (error.status === 401) complain(error);
    else pictures.fail(error.message);
  },
);

/**
 * Read with one model, or with two.
 * @param {Blob | import("./strokes.js").Drawing} picture @param {AbortSignal} signal
 */
function readAll(picture, signal) {
  return Promise.all(asked().map((model) => read(picture, model, signal)));
}

// ---------------------------------------------------------------- looking inside

const inside = new InsideRoom(byId("inside-side"), byId("inside-stream"), {
  answered: settle,
  failed: complain,
});

/**
 * The chosen digit of a room, to be looked into.
 * @param {"draw" | "picture"} from
 * @returns {import("./inside.js").Subject | null}
 */
function subjectOf(from) {
  const answer = from === "draw" ? drawn : pictured;
  if (!answer.image) return null;
  const { digit } = answer;
  const words = digit ? t(`inside.from.${from}`, { digit: nameOf(digit) }) : t("inside.from.none");
  return { image: answer.image, from, words };
}

/** @param {"draw" | "picture"} from */
function openInside(from) {
  inside.set(subjectOf(from));
  location.hash = "#inside";
}

// ---------------------------------------------------------------- numbers

function showNumbers() {
  const wanted = asked().join();
  if (numbersFor === wanted && !state.collect) return;
  numbersFor = wanted;
  /** @param {import("./api.js").Bytes} image @param {string} words */
  const look = (image, words) => {
    inside.set({ image, from: "mistake", words });
    location.hash = "#inside";
  };
  const body = byId("numbers-body");
  body.classList.toggle("two", asked().length > 1);
  const kept = correctionsPart();
  body.replaceChildren(
    el("div", { class: "models" }, ...asked().map((name) => numbersOf(name, { inside: look }))),
    ...(kept ? [kept] : []),
  );
}

// ---------------------------------------------------------------- rooms

/** Clear the notice, or show what is wrong with the address. */
function settle() {
  const strange = strangeIn(location);
  if (strange) notice(strange);
  else calm();
}

function enter() {
  const wanted = location.hash.slice(1);
  if (wanted === "main") return;
  settle();
  const next = ROOMS.includes(wanted) ? wanted : "draw";
  const moved = room && next !== room;
  if (room === "picture" && moved) pictures.leave();
  if (room === "inside" && moved) inside.leave();
  room = next;
  for (const each of ROOMS) byId(`room-${each}`).hidden = each !== room;
  for (const link of document.querySelectorAll(".rooms a")) {
    if (link.getAttribute("href") === `#${room}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = t("title", { room: t(`room.${room}`) });
  if (room === "draw") byId("draw-side").append(pad.element);
  if (room === "inside") {
    inside.subject ??= subjectOf("draw") ?? subjectOf("picture");
    inside.enter(pad.element);
    // Start with a sample: an empty drawing shows nothing.
    if (!inside.subject && pad.empty) pad.write(3);
  }
  if (room === "numbers") showNumbers();
  if (moved) {
    scrollTo(0, 0);
    byId(`${room}-title`).focus({ preventScroll: true });
  }
}

/** Write again what depends on the classes of the model. */
function nameClasses() {
  /** @param {string} key */
  const text = (key) => about(state.model, key);
  writeTexts((key) => (SERVED ? text(key) : t(`${key}.alone`, {}, text(key))));
  if (!pictured.reading) pictured.show(null);
}

function modelsChanged() {
  nameClasses();
  inside.build();
  readDrawing();
  pictures.again();
  if (room === "numbers") showNumbers();
}

// ---------------------------------------------------------------- begin

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  const typing = target.closest?.("input:not([type=range]), select, textarea");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (room !== "draw" && room !== "inside") return;
  event.preventDefault();
  pad.undo();
});
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) {
    takeToken();
    begin();
  } else if (state.models.length) enter();
});

async function begin() {
  try {
    await loadModels();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    complain(error);
    if (error.status !== 401) byId("notice").append(" ", button(t("again"), begin));
    return;
  }
  settle();
  nameClasses();
  modelChoice(
    /** @type {HTMLSelectElement} */ (byId("model")),
    /** @type {HTMLSelectElement} */ (byId("compare")),
    modelsChanged,
  );
  const keeps = state.collect ? "collect" : SERVED ? "nothing" : "alone";
  byId("keeping").textContent = t(`keeping.${keeps}`);
  schemeSwitch(byId("scheme"), () => {
    readColours();
    pad.repaint();
    inside.recolour();
  });
  enter();
  readDrawing();
  speak("", 0);
}

door(begin);
takeToken();
begin();
