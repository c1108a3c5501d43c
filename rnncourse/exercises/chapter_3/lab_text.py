"""The exercises of the text laboratory: bits per letter, of a model and of the text alone."""

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


@bits.mistake("every-answer", None, part="pick")
def _(log_p, k):
    """`log_p[:, answers]` picks every answer at every place. At each place only one letter came.

    It looks as if both indices ran together; a slice takes all places for each answer.
    """
    return log_p[:, k]


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


# 3-entropy: no context at all


def some_text(N, K):
    def draw(rng):
        codes = domains.letters(rng, N, K)
        return (codes,) if len({*codes}) == K else draw(rng)

    draw.__doc__ = f"{N} letters out of {K}"
    return draw


def with_gaps(rng):
    """a text in which some of the numbers do not occur"""
    return (2 * domains.letters(rng, 12, 4) + 1,)


def frequencies(codes):
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return counts / counts.sum(), place


@exercise(
    "3-entropy",
    "No context at all",
    "f(codes), the mean number of bits per letter; codes (N,) are the numbers of the letters of a text",
    some_text(12, 4),
    with_gaps,
    domain=domains.text,
    hints=(
        "The probability of a kind of letter is its frequency: `np.bincount(codes) / len(codes)`.",
        "Each letter of the text costs -log2 of the probability of its kind. Take the mean over the text.",
        "The mean over the text is sum_k p_k (-log2 p_k), over the kinds that occur: the entropy.",
    ),
)
def entropy(
    codes,
    average=lambda p, place: -(p * np.log(p)).sum(),
    unit=lambda nats: nats / np.log(2),
):
    return unit(average(*frequencies(codes)))


@entropy.mistake("nats", None, part="unit")
def _(nats):
    """These are nats, natural logarithms: one bit is a factor of 2.

    `np.log` is the natural logarithm.
    """
    return nats


@entropy.mistake("sign", None, part="unit")
def _(nats):
    """The sign is wrong: the logarithm of a probability is negative, and its cost is positive.

    The logarithm is taken for the cost.
    """
    return -nats / np.log(2)


@entropy.mistake("kinds-alike", None, part="average")
def _(p, place):
    """Each kind of letter counts once: in the text, a frequent letter must be paid for more often.

    `mean` is taken over the table of frequencies.
    """
    return -np.log(p).mean()


@entropy.mistake("summed", None, part="average")
def _(p, place):
    """This is the sum over the whole text, or over the kinds; the mean per letter of the text is asked.

    The cost of a text is a sum.
    """
    return -np.log(p)[place].sum()


entropy.also("summed", average=lambda p, place: -np.log(p).sum())


@entropy.mistake("uniform", None, part="average")
def _(p, place):
    """All letters have the same probability here; some are more frequent, and that is worth knowing.

    The page's value for someone who knows nothing has this form.
    """
    return np.log(len(p))


entropy.also("uniform", lambda codes: np.log2(codes.max() + 1))


@entropy.mistake("mean-of-probabilities", None, part="average")
def _(p, place):
    """You average the probabilities and then take the logarithm; the cost of each letter comes first.

    The mean is drawn through the logarithm.
    """
    return -np.log((p * p).sum())


@entropy.mistake("likeliest-only", None, part="average")
def _(p, place):
    """This is the cost of the most frequent letter alone.

    The best guess is always that letter; but the others come, and cost more.
    """
    return -np.log(p.max())


@entropy.mistake("perplexity", None, part="unit")
def _(nats):
    """This is 2 to the power of the bits, the perplexity: so many equally likely letters would cost the same.

    Language models are often compared by it.
    """
    return np.exp(nats)


# 3-context: one letter of context


def pairs(codes):
    """Counts of the pairs: row a and column b for a letter a that is followed by b."""
    K = codes.max() + 1
    return np.bincount(K * codes[:-1] + codes[1:], minlength=K * K).reshape(K, K)


def into_bits(weights, p):
    """The sum of weights times -log2 p, where there is any weight."""
    there = weights > 0
    return -(weights[there] * np.log2(p[there])).sum()


@exercise(
    "3-context",
    "One letter of context",
    "f(codes), the mean number of bits for codes[1:], each letter predicted from the one before it",
    some_text(14, 3),
    with_gaps,
    domain=domains.text,
    hints=(
        "Count the pairs: n[a, b] says how often b comes right after a. There are N - 1 pairs.",
        "After a, the letter b has the probability n[a, b] / n[a].sum(): each row of the table adds up to 1.",
        "Every pair of the text costs -log2 of its probability. Add n[a, b] times that and divide by N - 1; "
        "pairs that never occur cost nothing.",
    ),
    alike=("context-unused+contexts-alike",),
)
def context(
    codes,
    conditional=lambda n, codes: n / np.maximum(n.sum(axis=1, keepdims=True), 1),
    average=lambda n, p: into_bits(n / n.sum(), p),
    unit=lambda bits: bits,
):
    n = pairs(codes)
    return unit(average(n, conditional(n, codes)))


@context.mistake("nats", None, part="unit")
def _(bits):
    """These are nats, natural logarithms: one bit is a factor of 2.

    `np.log` is the natural logarithm.
    """
    return bits * np.log(2)


@context.mistake("sign", None, part="unit")
def _(bits):
    """The sign is wrong: the logarithm of a probability is negative, and its cost is positive.

    The logarithm is taken for the cost.
    """
    return -bits


@context.mistake("probability-of-the-pair", None, part="conditional")
def _(n, codes):
    """This is the cost of both letters of a pair. The first is known; only the second must be paid for.

    Counts are divided by the number of all pairs.
    """
    return n / n.sum()


@context.mistake("letter-after", None, part="conditional")
def _(n, codes):
    """The context is the letter that follows: the probabilities of all letters after a must add up to 1.

    The table is divided by the sums of its columns.
    """
    return n / np.maximum(n.sum(axis=0), 1)


@context.mistake("last-letter-counted", None, part="conditional")
def _(n, codes):
    """The last letter of the text is counted as a context, and nothing follows it.

    The frequencies of all letters are at hand, and the pairs are divided by them.
    """
    return n / np.maximum(np.bincount(codes), 1)[:, None]


context.also("last-letter-counted", lambda codes: entropy(codes[:-1] * 99 + codes[1:]) - entropy(codes))


@context.mistake("context-unused", None, part="conditional")
def _(n, codes):
    """The letter before is not used: these are the frequencies of the letters alone.

    This is the exercise before.
    """
    return np.broadcast_to(n.sum(axis=0) / n.sum(), n.shape)


context.also("context-unused", lambda codes: entropy(codes))


@context.mistake("contexts-alike", None, part="average")
def _(n, p):
    """Each context counts once: a frequent letter before must count more often.

    The mean is taken over the rows of the table.
    """
    rows = n.sum(axis=1) > 0
    return into_bits(p[rows], p[rows]) / rows.sum()


@context.mistake("summed", None, part="average")
def _(n, p):
    """This is the sum over the whole text, or over all contexts; the mean per letter is asked.

    The cost of a text is a sum.
    """
    return into_bits(n, p)


context.also("summed", average=lambda n, p: into_bits(p, p))
