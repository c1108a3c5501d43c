"""The exercise of the text laboratory: bits per letter."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains


def predictions(N, K):
    def draw(rng):
        z = rng.normal(size=(N, K)) * 1.5
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True)), rng.permutation(np.arange(N) % K)

    draw.__doc__ = f"{N} letters out of {K}"
    return draw


# 3-bits: what a prediction costs


@exercise(
    "3-bits",
    "Bits per letter",
    "f(log_p, answers), the mean number of bits per letter, a number; log_p (N, K) holds the natural "
    "logarithms of the probabilities of all letters, answers (N,) which letter came",
    predictions(6, 4),
    predictions(1, 2),
    domain=domains.predictions,
    hints=(
        "Of each row only one entry counts: the logarithm of the probability of the letter that came.",
        "`log_p[np.arange(N), answers]` picks one entry of each row. A cost has the opposite sign.",
        "One bit is a factor of 2: divide natural logarithms by ln 2. Then take the mean.",
    ),
    alike=("summed+mean-of-probabilities",),
)
def bits(
    log_p,
    answers,
    pick=lambda log_p, k: log_p[np.arange(len(k)), k],
    mean=np.mean,
    unit=lambda nats: -nats / np.log(2),
):
    return unit(mean(pick(log_p, answers)))


@bits.mistake("nats", None, part="unit")
def _(nats):
    """These are nats, natural logarithms: one bit is a factor of 2.

    The loss of training is usually told in nats.
    """
    return -nats


@bits.mistake("sign", None, part="unit")
def _(nats):
    """The sign is wrong: the logarithm of a probability is negative, and its cost is positive.

    The logarithm is taken for the cost.
    """
    return nats / np.log(2)


@bits.mistake("multiplied", None, part="unit")
def _(nats):
    """You multiply by ln 2 where you should divide: a bit is less than a nat, so there are more of them.

    The conversion is turned round.
    """
    return -nats * np.log(2)


@bits.mistake("decimal-digits", None, part="unit")
def _(nats):
    """These are decimal digits: divide by ln 2 for bits.

    log10 is the other logarithm that numpy offers.
    """
    return -nats / np.log(10)


@bits.mistake("summed", None, part="mean")
def _(each):
    """This is the sum over all letters; the mean per letter is asked.

    The cost of a text is a sum.
    """
    return np.sum(each)


@bits.mistake("mean-of-probabilities", None, part="mean")
def _(each):
    """You average the probabilities and then take the logarithm; the cost of each letter comes first.

    The mean is drawn through the logarithm.
    """
    return np.log(np.mean(np.exp(each)))


@bits.mistake("best-letter", None, part="pick")
def _(log_p, k):
    """You take the letter that the model thought most probable; the letter that came counts.

    The prediction is taken for the answer.
    """
    return log_p.max(axis=1)


@bits.mistake("all-letters", None, part="pick")
def _(log_p, k):
    """You average over all letters; only the letter that came counts.

    The answers are not used.
    """
    return log_p.ravel()


@bits.mistake("own-entropy", None)
def _(log_p, answers):
    """This is the entropy of the prediction, the cost that the model itself expects. What counts is the
    letter that came.

    Each logarithm is weighted by its probability, and the answers are not used.
    """
    return -(np.exp(log_p) * log_p).sum(axis=1).mean() / np.log(2)
