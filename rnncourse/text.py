"""The last laboratory: three networks learn to write Python, from the source of Python's own library.

The text is that of a few modules which are the same in Python 3.11 to 3.14. A model sees letters, each as a
row of zeros with a single 1, and says after each which letter comes next: softmax(h_t V + c).
"""

import hashlib
from importlib.util import find_spec

import numpy as np

from . import adding, scan
from .stored import runs

MODULES = "email.headerregistry", "tracemalloc", "unittest.suite", "xml.sax.saxutils", "xml.dom.pulldom"
SHA256 = "cb0c213b0538e743276bebcd3e104e20c26c77d7fc08dfe19609ed96d31a70d7"
KINDS = "plain", "minGRU", "LSTM"
PAIRS = {"(": ")", "[": "]", "{": "}"}


def read():
    """The source of each module of MODULES in the reader's own Python: one string each."""
    return [find_spec(name).loader.get_source(name).replace("\r\n", "\n") for name in MODULES]


def fingerprint(texts):
    """The SHA-256 of the texts one after another, which is SHA256 where they are those of the stored runs."""
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def split(texts):
    """The letters that occur, and the texts as numbers of letters: one array to learn, one held out.

    Held out is the last seventh of each text.
    """
    letters = "".join(sorted(set("".join(texts))))
    number = {letter: k for k, letter in enumerate(letters)}
    codes = [np.array([number[letter] for letter in text]) for text in texts]
    cuts = [len(code) * 6 // 7 for code in codes]
    learn = np.concatenate([code[:cut] for code, cut in zip(codes, cuts, strict=True)])
    return letters, learn, np.concatenate([code[cut:] for code, cut in zip(codes, cuts, strict=True)])


def one_hot(codes, K, dtype=np.float32):
    """Letters (...) as rows of zeros with a single 1: (..., K)."""
    return np.eye(K, dtype=dtype)[codes]


def windows(rng, codes, T, size):
    """Letters (T + 1, size) at random places of a text: T inputs and, one later, T answers."""
    return codes[rng.integers(0, len(codes) - T, size) + np.arange(T + 1)[:, None]]


def start(kind, n, K, rng, dtype=np.float32):
    """The weights before training, uniform in +-1/sqrt(n): those of the cell, then V (n, K) and c (K,).

    kind is "plain" (tanh), "minGRU" or "LSTM" (forget bias 1).
    """

    def uniform(*shape):
        return rng.uniform(-(n**-0.5), n**-0.5, shape)

    if kind == "LSTM":
        cell = [uniform(n, n + K) for _ in range(4)] + [np.ones(n)] + [np.zeros(n)] * 3
    elif kind == "minGRU":
        cell = [uniform(n, K), uniform(n, K), np.zeros(n), np.zeros(n)]
    elif kind == "plain":
        cell = [uniform(n, n), uniform(n, K), np.zeros(n)]
    else:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    return [a.astype(dtype) for a in (*cell, uniform(n, K), np.zeros(K))]


def forward(kind, w, x):
    """The cell's states from x (T, ..., K), from zero, and h (T+1, ..., n) among them."""
    if kind == "minGRU":
        states = scan.forward(w[:4], x, np.zeros((*x.shape[1:-1], len(w[-2])), x.dtype))
        return states, states[0]
    states = adding.forward("LSTM" if kind == "LSTM" else "tanh", w, x)
    return states, states.h if kind == "LSTM" else states


def backward(kind, w, x, states, dl):
    """The gradients of the cell's weights as a list, and the totals by h_t, or by C_t for the LSTM."""
    if kind == "minGRU":
        gradients, dh = scan.backward(w[:4], x, states, dl)
        return [*gradients], dh
    gradients, totals = adding.backward("LSTM" if kind == "LSTM" else "tanh", w, x, states, dl)
    return gradients, totals[-1]


def log_softmax(z):
    """Logarithms of softmax over the last axis, without overflow."""
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def gradient(kind, w, codes):
    """The mean loss per letter, in nats, of windows (T+1, size), and its gradients by all weights."""
    *_, V, c = w
    x = one_hot(codes[:-1], len(c), V.dtype)
    states, h = forward(kind, w, x)
    log_p = log_softmax(h[1:] @ V + c)
    answers = one_hot(codes[1:], len(c), V.dtype)
    loss = -(answers * log_p).sum() / codes[1:].size
    d_out = (np.exp(log_p) - answers) / V.dtype.type(codes[1:].size)
    dl = np.zeros_like(h)
    dl[1:] = d_out @ V.T
    cell, _ = backward(kind, w, x, states, dl)
    flat = d_out.reshape(-1, len(c))
    return loss, [*cell, h[1:].reshape(-1, len(V)).T @ flat, flat.sum(0)]


def predict(kind, w, codes):
    """Logarithms of the probabilities of the letter after the last of each window (T, size): (size, K)."""
    *_, V, c = w
    _, h = forward(kind, w, one_hot(codes, len(c), V.dtype))
    return log_softmax(h[-1] @ V + c)


def train(kind, learn, K, n=32, T=32, size=16, seed=0, rate=0.01, updates=300, dtype=np.float32):
    """Train n units on random windows: the weights, and the loss of each update in nats per letter.

    With dtype float another numpy gives the same text afterwards; float32 takes half the time.
    """
    rng = np.random.default_rng(seed)
    w = start(kind, n, K, rng, dtype)

    def step(w):
        return gradient(kind, w, windows(rng, learn, T, size))

    return adding.descend(w, step, rate, updates, until=lambda losses: False)


def write(kind, w, letters, prompt, length, rng, sharpness=1.0):
    """The prompt, continued by so many letters drawn from the model, one after another."""
    *_, c = w
    text = prompt
    for _ in range(length):
        codes = np.array([letters.index(letter) for letter in text[-100:]])[:, None]
        p = np.exp(sharpness * predict(kind, w, codes)[0].astype(float))
        text += letters[rng.choice(len(c), p=p / p.sum())]
    return text


def reach(kind, w, codes):
    """How the gradient of the last letter's loss is spread over lags: (T,), shares that add up to 1.

    Norms of the total gradient by h_t (by C_t for the LSTM), averaged over windows (T+1, size); lag 0 first.
    """
    *_, V, c = w
    x = one_hot(codes[:-1], len(c), V.dtype)
    states, h = forward(kind, w, x)
    dl = np.zeros_like(h)
    p = np.exp(log_softmax(h[-1] @ V + c))
    dl[-1] = (p - one_hot(codes[-1], len(c), V.dtype)) @ V.T
    _, totals = backward(kind, w, x, states, dl)
    norms = np.linalg.norm(totals[:0:-1].astype(float), axis=-1).mean(1)
    return norms / norms.sum()


def brackets(codes, letters, longest):
    """Where brackets close: places of the closing letter and of its opening one, at most so many apart.

    Brackets are matched as a reader of the letters alone would, inside strings and comments too.
    """
    closes, pairs = {close: opening for opening, close in PAIRS.items()}, []
    stack = []
    for place, code in enumerate(codes):
        letter = letters[code]
        if letter in PAIRS:
            stack.append((letter, place))
        elif letter in closes and stack and stack[-1][0] == closes[letter]:
            pairs.append((place, stack.pop()[1]))
    return np.array([(close, opening) for close, opening in pairs if close - opening <= longest])


def recorded():
    """What the long runs of `python -m benchmarks.text` gave."""
    return runs("text")
