"""How a probability is written, in Python and on the page: one decimal, and never as 100 %."""

PERCENTS = {
    0.0: "0.0 %",
    0.0004: "0.0 %",
    0.0006: "0.1 %",
    0.1234: "12.3 %",
    0.5: "50.0 %",
    0.98999: "99.0 %",
    0.9993: "99.9 %",
    0.9994: "99.9 %",
    0.9995: "> 99.9 %",
    1.0: "> 99.9 %",
}
