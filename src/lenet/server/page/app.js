/** The page: its rooms, their shared state, and the reaction to changes. */
import { EMBED, ROOMS, keepPlace, placeOf, strangeIn } from "./address.js";
import { Newest, forgetNetworks, nameOf, read } from "./api.js";
import { DrawRoom } from "./draw.js";
import { button, byId, speak, writeTexts } from "./elements.js";
import { networkPart } from "./elsewhere.js";
import { Inside, numbersProgram } from "./entering.js";
import { schemeSwitch } from "./light.js";
import { about, asked, loadModels, modelChoice, state } from "./models.js";
import { unpack } from "./packing.js";
import { PictureRoom } from "./picture.js";
import { Answer } from "./reading.js";
import { language, t } from "./strings.js";
import { ApiError, SERVED, takeToken } from "./transport.js";
import { calm, complain, door, listen, notice } from "./trouble.js";
import { Whereabouts } from "./whereabouts.js";

/** @typedef {import("./inside.js").Subject} Subject */

const PATIENCE = 5000; // milliseconds before the list of models is asked for again

let room = "";
/** Numbers are fetched when the room is entered, once for each choice of models. */
let numbersFor = "";
/** Whether the service could not be reached the last time. */
let lost = false;
/** Whether somebody wants to see why a shape is refused. */
let toScore = false;
/** When a model was last found to be gone. */
let missed = -Infinity;
/** What the person has to be told until they do something else. */
let told = "";

document.documentElement.lang = language;
document.documentElement.classList.toggle(
  "embedded",
  new URLSearchParams(location.search).get(EMBED) === "1",
);
writeTexts(t);
if (!SERVED)
  for (const link of document.querySelectorAll("a[href='#picture'], a[href='api']")) link.remove();

const whereabouts = new Whereabouts(() => {
  const { subject } = inside;
  const image = subject && subject.from !== "draw" ? subject.image : null;
  return { room, drawing: pad.empty ? null : pad.packed, image };
});
const linkHere = () => whereabouts.link;

// ---------------------------------------------------------------- drawing

const draw = new DrawRoom({
  changed: () => {
    draw.read(inside.subject);
    whereabouts.later();
  },
  link: linkHere,
  inside: (why) => openInside("draw", why),
  read: readAll,
  answered: settle,
  failed,
  empty: () => {
    if (inside.subject?.from === "draw") inside.set(null);
  },
  chosen: lookAtDrawing,
});
const { pad, answer: drawn } = draw;

/** @param {Subject | null} seen what gives way to the drawing; what was chosen since then stays */
function lookAtDrawing(seen) {
  const { subject } = inside;
  const givesWay = subject === seen && (seen !== null || room === "inside");
  if (drawn.image && (subject?.from === "draw" || givesWay)) inside.set(subjectOf("draw"));
}

// ---------------------------------------------------------------- pictures

const pictured = new Answer(byId("picture-answer"), {
  empty: "empty.picture",
  link: null,
  files: "picture",
  pictures: [{ form: "PNG", type: "image/png", content: () => pictures.png() }],
  onchoose: () => pictures.mark(pictured.chosen),
  oninside: () => openInside("picture"),
  onwhy: () => openInside("picture", true),
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
    pictures.found(first, pictured.chosen, live, other);
  },
  (error) => {
    if ([0, 401, 404].includes(error.status)) failed(error);
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

const inside = new Inside(byId("inside-side"), byId("inside-stream"), {
  answered: settle,
  failed,
  link: linkHere,
  // What is asked about strokes that have changed since then is about others.
  cover: (heat, frame) => pad.cover(draw.asking ? null : heat, frame),
  back: () => {
    if (pad.empty)
      pad.write(3); // a sample, as when the room is first entered
    else inside.set(subjectOf("draw"));
    whereabouts.later();
  },
});

/**
 * The chosen digit of a room, to be looked into.
 * @param {"draw" | "picture"} from
 * @returns {Subject | null}
 */
function subjectOf(from) {
  const answer = from === "draw" ? drawn : pictured;
  if (!answer.image) return null;
  const { found, reading: whole } = answer;
  const named = found && !("reason" in found);
  const words = named ? t(`inside.from.${from}`, { digit: nameOf(found) }) : t("inside.from.none");
  const { image } = answer;
  if (from === "picture" || !found || !whole) return { image, from, words };
  const { width, height } = whole;
  return { image, from, words, place: { box: found.box, width, height } };
}

/**
 * Look into what a room has chosen.
 * @param {"draw" | "picture"} from @param {boolean} [why] go to where it is told why it is refused
 */
function openInside(from, why = false) {
  inside.set(subjectOf(from));
  toScore = why;
  location.hash = "#inside";
}

async function enterInside() {
  try {
    await inside.enter(pad.element);
  } catch (error) {
    lacking(error, enterInside);
    return;
  }
  if (lost) settle(); // the service is back
  if (toScore) void showScore();
  // Start with a sample: an empty drawing shows nothing.
  if (room === "inside" && !inside.subject && pad.empty) pad.write(3);
}

/** Go to the score of the first model, once it is there. */
async function showScore() {
  toScore = false;
  for (let frames = 0; frames < PATIENCE / 16 && room === "inside"; frames++) {
    const score = document.querySelector(".softmax > .soft:last-child");
    if (score?.textContent) {
      score.scrollIntoView({ block: "center" });
      return;
    }
    await new Promise(requestAnimationFrame);
  }
}

// ---------------------------------------------------------------- numbers

/** Its program is fetched when somebody first enters the room. */
async function showNumbers() {
  const wanted = asked().join();
  if (numbersFor === wanted && !state.collect) return;
  numbersFor = wanted;
  let program;
  try {
    program = await numbersProgram();
  } catch (error) {
    numbersFor = "";
    lacking(error, showNumbers);
    return;
  }
  if (lost) {
    settle(); // it is back: the page begins anew
    return;
  }
  if (numbersFor !== wanted) return; // another choice was made meanwhile
  program.fillNumbers(byId("numbers-body"), (image, words) => {
    inside.set({ image, from: "mistake", words });
    location.hash = "#inside";
  });
}

// ---------------------------------------------------------------- rooms

/** Clear the notice, or show what is wrong with the address. */
function settle() {
  if (lost) {
    lost = false;
    void begin(); // another service may have answered, with other models
    return;
  }
  const strange = strangeIn(location) || told;
  if (strange) notice(strange);
  else calm();
}

/**
 * Show what an address says: the models, and the drawing or image.
 * @param {import("./packing.js").Drawing | null} [sheet] what is on the sheet, if that is known
 */
function obey(sheet = null) {
  const { model, other, drawn: word } = placeOf(location.hash);
  const served = state.models.map(({ name }) => name);
  const missing = [model, other].find((name) => name && !served.includes(name));
  if (served.includes(model)) state.model = model;
  if (served.includes(other) && other !== state.model) state.compare = other;
  if (missing) told = t("link.model", { model: missing, now: state.model });
  if (sheet) pad.show(sheet);
  if (!whereabouts.isNew(word)) return;
  const found = unpack(word);
  if (!found) told = t("link.broken");
  else if ("drawing" in found) pad.show(found.drawing);
  else inside.set({ image: found.image, from: "link", words: t("inside.from.link") });
}

function enter() {
  const wanted = placeOf(location.hash).room;
  if (wanted === "main") return;
  const next = ROOMS.includes(wanted) ? wanted : "draw";
  const moved = room && next !== room;
  if (moved) told = "";
  settle();
  if (room === "picture" && moved) pictures.leave();
  if (room === "inside" && moved) inside.leave();
  room = next;
  for (const each of ROOMS) byId(`room-${each}`).hidden = each !== room;
  for (const link of document.querySelectorAll(".rooms a")) {
    if (link.getAttribute("href") === `#${room}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = t("title", { room: t(`room.${room}`) });
  if (room === "draw") draw.enter();
  if (room === "inside") {
    inside.subject ??= subjectOf("draw") ?? subjectOf("picture");
    void enterInside();
  }
  if (room === "numbers") showNumbers();
  whereabouts.later();
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
  told = "";
  nameClasses();
  inside.build();
  draw.read();
  pictures.again();
  if (room === "numbers") showNumbers();
  whereabouts.later();
}

// ---------------------------------------------------------------- begin

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  const typing = target.closest?.("input:not([type=range]), select, textarea");
  const key = event.key.toLowerCase();
  const redo = key === "y" || event.shiftKey;
  if (typing || !(event.ctrlKey || event.metaKey) || !["y", "z"].includes(key)) return;
  if (room !== "draw" && room !== "inside") return;
  event.preventDefault();
  if (redo) pad.redo();
  else pad.undo();
});
// The page of the API comes back to here.
document.addEventListener("click", ({ target }) => {
  const link = /** @type {Element} */ (target).closest?.("a[href='api']");
  if (!link || !room) return;
  whereabouts.write(); // the way back leads to the present address
  keepPlace(location.hash);
});
addEventListener("pagehide", () => whereabouts.keep());
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) {
    takeToken();
    begin();
  } else if (state.models.length) {
    const before = asked().join();
    told = "";
    obey();
    if (asked().join() !== before) chooseModels();
    enter();
  }
});

/**
 * Say what failed. A model that is gone is a reason to ask again what is served.
 * @param {ApiError} error @param {boolean} [said] whether it is said where it happened
 */
function failed(error, said = false) {
  lost = error.status === 0;
  const again = performance.now() - missed > PATIENCE;
  if (error.status === 404 && again) {
    missed = performance.now();
    void begin(error, said);
  } else if (error.status !== 404 || !said) complain(error);
}

/**
 * Say that a room lacks its program, and let it be asked for again.
 * @param {unknown} error @param {() => void} again
 */
function lacking(error, again) {
  if (!(error instanceof ApiError)) throw error;
  failed(error);
  byId("notice").append(" ", button(t("again"), again));
}

/** Fill the selects anew. */
function chooseModels() {
  modelChoice(
    /** @type {HTMLSelectElement} */ (byId("model")),
    /** @type {HTMLSelectElement} */ (byId("compare")),
    modelsChanged,
  );
  nameClasses();
  inside.build();
}

/** What is served, to be compared. */
const servedNow = () => state.models.map(({ name, digest }) => `${name} ${digest}`).join();

/**
 * Ask what is served, and show it. What is asked because of an error builds nothing anew if the same
 * models are served as before.
 * @param {ApiError | null} [cause] the error
 * @param {boolean} [said] whether it is said where it happened
 */
async function begin(cause = null, said = false) {
  const before = state.model;
  const served = servedNow();
  try {
    await loadModels();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    complain(error);
    if (error.status !== 401)
      byId("notice").append(
        " ",
        button(t("again"), () => begin()),
      );
    return;
  }
  if (cause && served === servedNow()) {
    if (!said) complain(cause);
    return;
  }
  obey(room ? null : whereabouts.takeUp());
  settle();
  // What was read, and what was fetched, belongs to the models served before.
  drawn.show(null);
  pictured.show(null);
  forgetNetworks();
  numbersFor = "";
  chooseModels();
  const keeps = state.collect ? "collect" : SERVED ? "nothing" : "alone";
  byId("keeping").textContent = t(`keeping.${keeps}`);
  byId("network").replaceChildren(...(state.network ? [networkPart(state.network)] : []));
  enter();
  draw.read();
  pictures.again();
  speak("", 0);
  if (told) notice(told);
  if (before && before !== state.model) {
    told = t("models.gone", { model: before, now: state.model });
    notice(told);
  }
}

// Who presses a button that then goes away is not left nowhere.
let last = /** @type {Element | null} */ (null);
document.addEventListener("focusin", ({ target }) => (last = /** @type {Element} */ (target)));
for (const kind of ["click", "keydown", "submit"])
  document.addEventListener(kind, () =>
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body || !last || last.checkVisibility()) return;
        if (room) byId(`${room}-title`).focus({ preventScroll: true });
      }),
    ),
  );

schemeSwitch(byId("scheme"), () => {
  pad.repaint();
  inside.recolour();
});
listen({ failed: (error) => failed(error, true), back: () => lost && settle() });
door(begin);
takeToken();
begin();
