/** How far an answer may be relied on. The service says `digit` or `uncertain`; the page one more. */

/**
 * Below this the runner-up is named. On MNIST's test images 34 of the reader's 145 answers from 0.5
 * to here are wrong, and 8 of the 9,843 above.
 */
const LIKELY = 0.9;

/** @typedef {"digit" | "likely" | "uncertain" | "not_a_digit"} Verdict */

/**
 * @param {{status: "digit" | "uncertain" | "not_a_digit", probability: number}} answer
 * @returns {Verdict}
 */
export const verdictOf = ({ status, probability }) =>
  status === "digit" && probability < LIKELY ? "likely" : status;
