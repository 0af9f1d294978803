/** The texts of the room Numbers, by language; its program brings them. @type {Record<string, Record<string, string>>} */
export const NUMBER_TEXTS = {
  en: {
    "numbers.standings": "Models",
    "numbers.curves": "Learning curves",
    "numbers.reliability": "Calibration",
    "numbers.figures": "Figures of the report",
    "standings.sort": "Sort by {column}",
    "standings.measure": "Measure the time in this browser",
    "standings.measuring": "Measuring {model} …",
    "standings.measured": "The times are measured.",
    "standings.tests":
      "Not all were tested on the same images: errors compare only where they were.",
    "versus.title": "{first} and {second}, image by image",
    "versus.untested": "{model} was not tested, so there is nothing to compare.",
    "versus.other-test":
      "They were not tested on the same images: {first} on {firstData}, {second} on {secondData}. Their errors are not compared.",
    "versus.not-kept":
      "{model} was made before runs kept which test images they misread. Train it again to compare it image by image.",
    "versus.better":
      "{better} is better than {worse}: of the {n} images that only one of them misreads, {worse} misreads {most} and {better} {fewest}. Were both equally good, chance would divide them at least as unevenly in {share} of cases (McNemar's exact test, p {p}).",
    "versus.neither":
      "Neither is shown to be better: of the {n} images that only one of them misreads, {worse} misreads {most} and {better} {fewest}. Were both equally good, chance would divide them at least as unevenly in {share} of cases (McNemar's exact test, p {p}).",
    "versus.rare": "fewer than 0.01 %",
    "versus.same":
      "{first} and {second} misread exactly the same images: nothing tells them apart.",
    "versus.both.one": "Both misread {n} image",
    "versus.both.other": "Both misread {n} images",
    "versus.only.one": "Only {model} misreads {n} image",
    "versus.only.other": "Only {model} misreads {n} images",
    "versus.lacking.one":
      "{n} more is not shown: a run keeps the images of its 100 most certain errors.",
    "versus.lacking.other":
      "{n} more are not shown: a run keeps the images of its 100 most certain errors.",
    "versus.one": "{A truth}, test image {index} (the first is 0).",
    "versus.reads": "{model} reads {answer}{share}.",
    "versus.difference":
      "The error rate of {worse} is {difference} percentage points above that of {better}, 95 % interval {low} to {high} (adjusted Wald interval for paired proportions, Bonett and Price 2012).",
    "versus.seeds":
      "This compares two networks, each trained once (seeds {first} and {second}): test and interval tell the chance in the test images, not the one in training; with other seeds both would err differently.",
    "versus.data":
      "They also learnt from different data, so that the difference is not one of architecture alone: {first}; {second}.",
    "versus.learnt": "{model} from {images} images",
    "versus.learnt.refusing":
      "{model} from {images} images, of which {refused} are things to refuse",
    "curves.label": "Line chart of the error rate after each epoch.",
    "curves.one": "{model}: from {from} of the held-out images to {to} in {epochs}.",
    "curves.one.training": "{model}: from {from} of the training images to {to} in {epochs}.",
    "curves.counted": "{model}: training errors are counted of {images} images an epoch.",
    "curves.counted.refusing":
      "{model}: training errors are counted of {images} images an epoch, {own} of its classes and {refused} things to refuse; to read one of these is an error.",
    "curves.distorted": "All are distorted at random.",
    "curves.counted.held-out": "Held-out errors are of {images} undistorted images of its classes.",
    "curves.what":
      "Training errors are counted during the pass, while the network still changes. The training score of the card is another measure: the finished network on undistorted images of its classes.",
    "curves.own.different":
      "The two held out different images: their held-out curves are not to be compared point by point.",
    "curves.own.same": "Both held out the same images.",
    "curves.own.unknown": "It is not known whether both held out the same images.",
    "chart.of": "{chart}: {models}",
    "curves.not-kept": "{model} came without the history of its training.",
    "curves.epochs": "epoch",
    "curves.rate": "error rate",
    "curves.held-out": "{model}, held out",
    "curves.training": "{model}, training",
    "reliability.label":
      "Line chart of the share of right answers against their probability; on the diagonal both are equal.",
    "reliability.one": "{model}: expected calibration error {error}, {bins} bins.",
    "reliability.what":
      "Test images are put together by the probability of their answer; groups of fewer than {least} are left out. On the dotted line probabilities are what they say; below it the model is too sure.",
    "reliability.sure": "probability of the answer",
    "reliability.right": "right answers",
    "reliability.ideal": "as it should be",
    "chart.table": "As a table",
    "figures.show": "Show the figures",
    "figures.left-out": "Left out of this file, which would become too large: {names}.",
    "figure.reliability": "Reliability",
    "figure.roc": "ROC curves",
    "figure.robustness": "Robustness",
    "figure.curves": "Learning curves",
    "figure.confusion": "Confusion matrix",
    "figure.save": "{figure} of {model}: save as PNG",
    "numbers.untested": "not tested",
    "numbers.errors.one": "{n} error in {total} test images,",
    "numbers.errors.other": "{n} errors in {total} test images,",
    "numbers.scores": "What was taken for what",
    "numbers.confusion":
      "Rows: the truth. Columns: the answer. Choose a number of errors to see them.",
    "confusion.pair": "{truth} was taken for {answer}",
    "confusion.most.one": "Most often {pairs}: {n} times.",
    "confusion.most.other": "Most often {pairs}: {n} times each.",
    "numbers.classes": "Each class by itself",
    "numbers.facts":
      "95 % interval of the error rate (Wilson): {low} to {high}. Expected calibration error, {bins} bins: {calibration}.",
    "numbers.mistakes": "Worst mistakes",
    "numbers.layers": "Layers",
    "numbers.card": "Card",
    "numbers.corrections": "Corrections",
    "card.architecture": "architecture",
    "card.classes": "classes",
    "card.data": "data",
    "card.nondigits": "to refuse",
    "card.images": "images",
    "card.images.train": "{n} to learn from",
    "card.images.validation": "{n} held out",
    "card.images.test": "{n} to test",
    "card.start": "began with",
    "card.training.how":
      "{epochs}, batch {batch}, {optimizer}, learning rate {rate} ({schedule}), weight decay {decay}{more}",
    "card.training.averaging": ", weights averaged over the steps (factor {averaging})",
    "card.training.teacher": ", {n} epochs with a mean teacher",
    "card.training.last": "; the last epoch is kept",
    "card.training.best": "; the epoch with the least loss on what was held out is kept",
    "card.training": "training",
    "card.epochs.one": "{n} epoch",
    "card.epochs.other": "{n} epochs",
    "card.seed": "seed",
    "card.time": "time",
    "card.time.how": "{seconds} s on {device}, {threads}",
    "card.threads.one": "{n} thread",
    "card.threads.other": "{n} threads",
    "card.started": "started",
    "card.temperature": "temperature",
    "card.weights": "SHA-256 of the weights (names, types, shapes, values)",
    "card.file": "SHA-256 of the file model.onnx",
    "card.scores": "Scores by part of the data",
    "card.conditions": "test images",
    "card.conditions.some":
      "Each row is of the same {n} of the {total} test images, evenly spaced among them.",
    "card.conditions.all": "Each row is of all {n} test images.",
    "numbers.facts-of-both": "How they were made",
    "numbers.contents": "Parts of this room",
    "numbers.counted":
      "The network is given the test images as they are, and its most probable class counts, even where it would refuse the image: refusing one that it reads right is no error here, and an error that it would refuse still is one. Where the card also has a figure for the same images as files, it is another measure: each file goes the whole way from picture to text, and a refusal counts as not read.",
    "column.fact": "fact",
    "card.errors": "{errors} in {total}",
    "card.once":
      "The test part was read after training only, and nothing was chosen by it. What follows, and the map in Look inside, shows parts of it again.",
    "card.change": "{source}: {before} errors in {total} with {start}, {after} with this model.",
    "card.change.nondigits": "{source}, images that show no digit",
    "card.takes": "Takes",
    "card.takes.what": "{ink}, 0 for paper and 255 for ink, centred by mass as MNIST's images are.",
    "card.refuses": "Refuses",
    "card.refuses.what":
      "an image whose score is below {score}: the logarithm of the sum of the logits' exponentials (Liu et al. 2020), fitted on held-out images of its classes and of other things.",
    "card.fails": "Fails",
    "card.fails.closed":
      "on what its data lacks: other ways to write the same, and other characters, each of which it takes for one of its classes, with high probability.",
    "card.fails.refusing":
      "on other characters that have a digit's shape, as o, l, b, s, z and g have, and on ways of writing that its data lacks.",
    "card.repeat":
      "Repeat it: save its recipe here; it was trained with lenet {version}, and where its data is this trains it again:",
    "card.repeat.unversioned":
      "Repeat it: save its recipe here; where its data is this trains it again:",
    "card.sources": "What these sources are",
    "source.mnist":
      "MNIST: digits by American census workers and pupils, size-normalised and centred by mass.",
    "source.uci-digits": "1,797 digits of the UCI repository that come inside scikit-learn.",
    "source.unipen": "digits of UNIPEN's writers, inked along the strokes of their pens.",
    "source.unipen.refused":
      "letters and signs of UNIPEN's writers, inked along the strokes of their pens.",
    "source.drawn":
      "{n} digits that the program draws itself, in the handwriting styles of many countries.",
    "source.printed": "{n} digits that the program prints itself, in freely usable fonts.",
    "source.crops":
      "the digits that the shipped finder finds in {n} drawn scenes, as it cuts them out.",
    "source.crops.refused":
      "what the finder takes for a digit and is none, in {n} drawn scenes, as it cuts it out.",
    "source.nondigits.refused":
      "{n} letters, signs, scribbles, textures and cut or joined digits that the program draws.",
    "part.test": "test",
    "part.validation": "validation",
    "part.train": "training",
    "column.class": "class",
    "column.model": "model",
    "column.parameters": "parameters",
    "column.multiply-adds": "multiply-adds",
    "column.time": "time for an image",
    "standings.time":
      "The time is that of one forward pass, all layers, in this browser ({browser}), on its own thread and without the service: the median of {repeats} passes after {unmeasured} that are not counted. {times}",
    "standings.time.one": "{model}: {least} to {most} ms.",
    "standings.rate":
      "In brackets: the 95 % Wilson score interval of the error rate in %, for the chance in the test images. Expected calibration errors are of {bins} bins.",
    "column.ece": "expected calibration error",
    "column.tested": "tested on",
    "column.epoch": "epoch",
    "column.errors-held-out": "errors, held out",
    "column.errors-training": "errors, training",
    "column.sure": "mean probability",
    "column.right": "right",
    "column.answers": "answers",
    "column.precision": "precision",
    "column.recall": "recall",
    "column.f1": "F1",
    "column.support": "images",
    "column.part": "part",
    "column.errors": "errors",
    "column.rate": "error rate",
    "column.interval": "95 % interval",
    "column.layer": "layer",
    "column.kind": "what",
    "column.shape": "output",
    "column.weights": "weights",
    "confusion.title": "Confusion matrix",
    "confusion.corner": "truth ↓ answer →",
    "confusion.cell": "{n} times {a truth} was read as {answer}",
    "mistakes.some":
      "{shown} of {n} errors, the most certain first: truth → answer. Choose one to look inside.",
    "mistakes.not-kept":
      "This run was made before runs kept what they misread. Train it again to see it here.",
    "mistakes.doubts":
      "Of all {total} test images it refuses {refused} and is uncertain of {uncertain}. Of its errors, {confident} are neither.",
    "mistakes.not_a_digit": "refused",
    "mistakes.uncertain": "uncertain",
    "mistakes.pair.one": "1 image of {a truth}, read as {answer}.",
    "mistakes.pair.other": "{n} images of {a truth}, read as {answer}.",
    "mistakes.pair.some":
      "{shown} of the {n} images of {a truth}, read as {answer}: the most certain ones.",
    "mistakes.as": "read as",
    "mistakes.index": "no. {index}",
    "mistakes.all": "Show all {n}",
    "mistakes.one": "{A truth}, test image {index} (the first is 0), read as {answer}, {share}",
  },
};
