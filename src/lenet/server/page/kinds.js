/** How layers are called on the page. What a layer is, its `family`, comes from the API. */
import { integer, t } from "./strings.js";

/**
 * @typedef {"image" | "convolution" | "residual" | "pooling" | "subsampling" | "dense" | "distance"
 *   | "activation" | "normalisation" | "flatten" | "padding" | "dropout" | "scale"} Family
 */

/** What a layer does, in a sentence. @param {{family: Family, kind: string}} layer */
export const doesText = ({ family, kind }) =>
  t(`does.${kind}`, {}, t(`family.${family}`, { ink: t("ink") }));

/** What a layer gives, in words. @param {number[]} shape */
export function shapeText(shape) {
  const [maps, height, width] = shape;
  if (!height) return t("shape.flat", { n: integer(maps) });
  return t(maps === 1 ? "shape.one" : "shape.maps", { n: integer(maps), height, width });
}
