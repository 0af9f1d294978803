/** The texts of the room Look inside, by language; its program brings them. @type {Record<string, Record<string, string>>} */
export const INSIDE_TEXTS = {
  en: {
    "inside.play": "Watch the digit pass through",
    "inside.play.class": "Watch the image pass through",
    "inside.stop": "Stop",
    "inside.back": "Back to the sheet",
    "inside.no-layers":
      "{model} was made without the files that describe its layers. Export it again: lenet export RUN.",
    image: "image",
    stream: "The layers of {model}",
    "stream.digit": "reads {a digit}, {share}",
    "stream.digit.class": "reads “{digit}”, {share}",
    "stream.likely": "probably reads {a digit}, {share}",
    "stream.likely.class": "probably reads “{digit}”, {share}",
    "stream.uncertain": "perhaps reads {a digit}, {share}",
    "stream.uncertain.class": "perhaps reads “{digit}”, {share}",
    "stream.not_a_digit": "does not take it for a digit; the nearest is {digit}",
    "stream.not_a_digit.class": "takes it for none of its classes; the nearest is “{digit}”",
    "summary.taken": "It comes closest to {one}, then to {other} ({share}).",
    "summary.refused":
      "It has too little of any digit: its score, {score}, is below the threshold, {threshold}.",
    "summary.refused.class":
      "It has too little of any class: its score, {score}, is below the threshold, {threshold}.",
    "summary.nearest": "Most like it among the test digits: {nearest}.",
    "summary.nearest.class": "Most like it among the test images: {nearest}.",
    jump: "Jump to",
    "jump.image": "Image",
    "jump.first": "First layer",
    "jump.answer": "Answer",
    "jump.map": "Map",
    "maps.role": "feature maps",
    "maps.label":
      "Numbers of {name}. Arrow keys move over the cells, Page Up and Page Down change the map.",
    "layer.parameters": "{n} parameters",
    "layer.range": "{low} to {high}",
    "shape.flat": "{n} numbers",
    "shape.one": "one map of {height}×{width}",
    "shape.maps": "{n} maps of {height}×{width}",
    "kind.image": "as the network gets it",
    "family.image": "What the network sees: {ink}, and nothing else.",
    "family.convolution":
      "A kernel is a small square of weights, a pattern to look for. Every map slides its own kernels over the maps before it, and answers where it finds the pattern.",
    "family.pooling":
      "Small squares of cells become one: where exactly something was matters less.",
    "family.subsampling":
      "Small squares of cells are added up, times the map's own coefficient, plus its bias: where exactly something was matters less.",
    "family.dense": "Every number is a sum over all numbers before it, each times a weight.",
    "family.padding": "A margin of paper, so that kernels reach the edges too.",
    "family.normalisation": "Every map is shifted and stretched to a usual range.",
    "family.activation": "The same function is applied to every number.",
    "does.tanh": "Every number is squashed to between −1 and 1.",
    "does.ReLU": "What is negative becomes 0.",
    "does.leaky ReLU 0.01": "What is negative becomes nearly 0.",
    "does.1.7159·tanh(2x/3)": "Every number is squashed to between −1.7159 and 1.7159.",
    "family.distance":
      "Every number is minus the squared distance between all numbers before it and a class's own pattern.",
    "family.residual": "Two convolutions, whose answer is added to what came in.",
    "family.scale": "Paper and ink on the scale the network was made for.",
    "family.flatten": "All numbers in one row.",
    "family.dropout": "At work only while training; here it changes nothing.",
    "legend.low": "negative",
    "legend.high": "positive",
    lens: "Lens",
    "lens.title": "Lens",
    "lens.hint":
      "Point at any cell of any layer: here you see which pixels it sees, and how its number comes about. A click keeps it here, until you click another or press Escape.",
    "lens.hint.touch": "Tap a layer, or slide along it, to look closer.",
    "lens.close": "Close the lens",
    "lens.cell": "map {map} of {maps}, row {row}, column {column}",
    "lens.unit": "number {unit} of {maps}",
    "lens.output": "for “{unit}”",
    "lens.sees": "Sees {rows} and {columns} of the image.",
    "lens.row": "row {first}",
    "lens.rows": "rows {first}–{last}",
    "lens.column": "column {first}",
    "lens.columns": "columns {first}–{last}",
    "lens.sees-all": "Sees the whole image.",
    "lens.convolution.one": "{side}×{side} cells of {before}, times the kernel, added up:",
    "lens.convolution": "{side}×{side} cells of each map of {before}, times a kernel, added up:",
    "lens.convolution.some":
      "{side}×{side} cells of each map of {before} that it is connected to, {maps}, times a kernel, added up:",
    "lens.average": "{n} cells of {before} become one, their average:",
    "lens.maximum": "{n} cells of {before} become one, the largest:",
    "lens.subsampling": "{n} cells of {before} are added up:",
    "lens.subsampling.sum": "{sum} times the coefficient {factor}, plus the bias {bias}: {value}.",
    "lens.normalisation":
      "{from} becomes {to}: times {factor}, plus {shift}, as for all of its map.",
    "lens.scale": "{from} becomes {to}: paper is {paper} here, and ink {ink}.",
    "lens.dense":
      "A sum over all numbers of {before}, each times a weight. The {n} that count most:",
    "lens.dense.class":
      "A sum over all numbers of {before}, each times a weight. The {n} that spoke most for “{unit}” (+) or against it (−):",
    "lens.number": "number {n}",
    "lens.distance":
      "Minus {value}: the squared differences between {before} and the pattern of “{unit}”, added up. The nearest pattern is the answer.",
    "lens.pattern": "pattern {unit}",
    "lens.differences": "differences²",
    "lens.activation": "{kind}: {from} becomes {to}.",
    "lens.map": "map {map}",
    "lens.others.maps": "{n} more maps: {sum};",
    "lens.others.numbers": "{n} more numbers: {sum};",
    "lens.bias": "bias: {bias};",
    "lens.total": "together {total}.",
    "lens.rounded": "(Each number is rounded.)",
    "lens.exact": "Every input times its weight",
    "lens.family.image": "",
    "lens.family.pooling": "",
    "lens.family.dense": "A sum over all numbers of the layer before, each times a weight.",
    "lens.family.distance":
      "Minus the squared distance between all numbers of the layer before and one class's pattern.",
    "lens.family.subsampling": "",
    "lens.family.padding": "",
    "lens.family.normalisation": "The same cell before it, shifted and stretched.",
    "lens.family.activation": "",
    "lens.family.residual":
      "Two convolutions of the square outlined before it, and the cell itself.",
    "lens.family.scale": "",

    why: "Why this answer?",
    "why.looking": "Looking …",
    "why.what.refused":
      "Each square of 5×5 pixels was covered with paper. Orange: without it {a digit}, which is the nearest, would be less likely. Blue: more likely. The shape is refused all the same.",
    "why.what.refused.class":
      "Each square of 5×5 pixels was covered with paper. Orange: without it “{digit}”, which is the nearest, would be less likely. Blue: more likely. The image is refused all the same.",
    "why.what":
      "Each square of 5×5 pixels was covered with paper. Orange: without it the network is less sure of its answer. Blue: it is surer.",
    "why.nothing":
      "Each square of 5×5 pixels was covered with paper. None of them changes the answer by much; orange would mean that the network is less sure without it.",
    "softmax.temperature": "temperature",
    "softmax.what":
      "The ten numbers of the output, divided by the temperature, become probabilities by softmax. Lower is surer of itself; the order stays.",
    "softmax.what.class":
      "The numbers of the output, divided by the temperature, become probabilities by softmax. Lower is surer of itself; the order stays.",
    "softmax.how.fitted":
      "It was fitted after training, on images held out, so that answers are as often right as they are sure.",
    "softmax.how.unfitted": "It was not fitted: 1 is as the network was trained.",
    "softmax.found":
      "In Draw and Picture this is multiplied by the probability that there is a digit at all, so it can be lower there.",
    "softmax.fitted": "fitted: {temperature}",
    "softmax.unfitted": "as trained: {temperature}",
    "softmax.supposed": "The bars: if it had to be a digit.",
    "softmax.supposed.class": "The bars: if it had to be one of the classes.",
    "softmax.score":
      "The score, {score}, says how much there is of any digit at all: the larger the numbers above, the higher it is (it is the logarithm of the sum of their exponentials).",
    "softmax.score.class":
      "The score, {score}, says how much there is of any class at all: the larger the numbers above, the higher it is (it is the logarithm of the sum of their exponentials).",
    "softmax.none": "This model has no threshold and refuses nothing.",
    "softmax.left-out":
      "In Draw and Picture, the network that finds digits leaves out what it takes for none.",
    "softmax.taken": "It is not below the threshold, {threshold}, so this is not refused.",
    "softmax.refused": "It is below the threshold, {threshold}, so this is refused.",
    against: "Why {one}, and not",
    "against.refused": "If it had to be a digit: why {one}, and not",
    "against.refused.class": "If it had to be a class: why {one}, and not",
    "against.second": "{second} (runner-up)",
    "against.dense":
      "Each number of {before} times the difference of its two weights. The strongest for “{one}” (+), and for “{other}” (−):",
    "against.distance":
      "The squared difference between each number of {before} and the pattern of “{other}”, less that to the pattern of “{one}”. The strongest for “{one}” (+), and for “{other}” (−):",
    "against.bias": "biases: {bias};",
    "against.dense.total": "together {total}: the lead of “{one}” over “{other}”.",
    "against.distance.total": "together {total}: the pattern of “{other}” is so much farther.",
    "among.title": "Among test digits",
    "among.title.class": "Among test images",
    "among.what":
      "{n} test digits, each where the {size} numbers before the output put it, seen from the two directions in which they differ most (PCA, {share} of the variance). The ring is the one looked into. The rest of the difference is out of sight: what is near here need not be alike.",
    "among.what.class":
      "{n} test images, each where the {size} numbers before the output put it, seen from the two directions in which they differ most (PCA, {share} of the variance). The ring is the one looked into. The rest of the difference is out of sight: what is near here need not be alike.",
    "among.map": "Map of {n} test digits. Nearest to this one: {nearest}.",
    "among.map.class": "Map of {n} test images. Nearest to this one: {nearest}.",
    "among.nearest": "Nearest: {nearest}, by {k} such directions ({share} of the variance).",
    "among.point": "Point at the map to see the image of a test digit here.",
    "among.point.class": "Point at the map to see a test image here.",
    "among.pointed": "{a digit} from the test images",
    "among.pointed.class": "“{digit}”, one of the test images",
    "among.off": "It lies off this map, and is shown at its edge.",
    "among.not-kept":
      "This run keeps no map of test digits: it was made before runs kept one, or has too few of them. Train it again to see it here.",
    "among.not-kept.class":
      "This run keeps no map of test images: it was made before runs kept one, or has too few of them. Train it again to see it here.",
    "among.no-row":
      "There is no map of test digits: the layer before the output is no row of numbers.",
    "among.no-row.class":
      "There is no map of test images: the layer before the output is no row of numbers.",
    "patterns.own": "this image",
    "patterns.all": "The pattern of each class and the squared distance to it",
    "connections.title": "Which maps of {before} each map is connected to",
    "connections.what": "Columns: these maps. Rows: the maps of {before}.",
  },
};
