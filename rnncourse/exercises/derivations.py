"""Right answers, written down plainly: the search for a slip alters them in one place at a time.

The comment of a line says in words what it computes: the check names it when the slip is there.
"""

import numpy as np

from rnncourse import spectra
from rnncourse.rnn import dsigma, sigma

DERIVATIONS = {}
__all__ = ["DERIVATIONS", "dsigma"]  # dsigma stands in altered derivations


def derives(*keys):
    """Make a right function known to the search as a derivation of these exercises."""

    def register(function):
        for key in keys:
            DERIVATIONS.setdefault(key, []).append(function)
        return function

    return register


def slope(y):
    """The slope of the logistic function from its output."""
    return y * (1 - y)


def slope_of_tanh(y):
    return 1 - y**2


# Chapter 1


@derives("1a")
def jacobian(W, x):
    z = W @ x  # the pre-activation
    s = slope(sigma(z))  # the slopes
    return s[:, None] * W  # the product of slopes and weights


@derives("1a-tanh")
def tanh_jacobian(W, x):
    z = W @ x  # the pre-activation
    s = slope_of_tanh(np.tanh(z))  # the slopes
    return s[:, None] * W  # the product of slopes and weights


@derives("1a-batch")
def rows(A, X):
    Z = X @ A  # the pre-activations
    S = slope(sigma(Z))  # the slopes
    return A * S[:, None, :]  # the product of weights and slopes


@derives("1a-softmax")
def softmax(W, x):
    e = np.exp(W @ x)  # the exponentials
    p = e / np.sum(e)  # the softmax
    return (np.diag(p) - np.outer(p, p)) @ W  # the Jacobian


@derives("1b-immediate")
def immediate(h_prev, h_t):
    s = np.diag(slope(h_t))  # the slopes
    return s[:, :, None] * h_prev  # the product with the state before


@derives("1b-transport")
def transport(W, h, t, k):
    product = np.eye(len(W))  # the start
    for i in range(k + 1, t + 1):  # the steps that the product covers
        J = slope(h[i])[:, None] * W  # the Jacobian of one step
        product = J @ product  # the order of the factors
    return product


@derives("1b-transport")
def transport_from_the_newest(W, h, t, k):
    J = slope(h)[:, :, None] * W  # the Jacobians
    product = J[t] if t > k else np.eye(len(W))  # the start
    for i in range(t - 1, k, -1):  # the steps that the product covers
        product = product @ J[i]  # the order of the factors
    return product


@derives("1b")
def walk_back(W, h, dl):
    dW = np.zeros_like(W)
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        total = dl[t] + carried  # the sum of the step's own loss and what is carried back
        delta = total * slope(h[t])  # the gradient by the pre-activation
        dW += np.outer(delta, h[t - 1])  # what a step adds to dW
        carried = W.T @ delta  # what is carried back
    return dW


@derives("1b")
def walk_with_two_slopes(W, h, dl):
    dW = np.zeros_like(W)
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        own = dl[t] * slope(h[t])  # the share of the step's own loss
        rest = carried * slope(h[t])  # the share of the later losses
        dW += np.outer(own + rest, h[t - 1])  # what a step adds to dW
        carried = W.T @ (own + rest)  # what is carried back
    return dW


@derives("1b")
def walk_with_a_slope_for_each_use(W, h, dl):
    dW = np.zeros_like(W)
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        total = dl[t] + carried  # the sum of the step's own loss and what is carried back
        dW += np.outer(total * slope(h[t]), h[t - 1])  # what a step adds to dW
        carried = W.T @ (total * slope(h[t]))  # what is carried back
    return dW


@derives("1b")
def double_sum(W, h, dl):
    dW = np.zeros_like(W)
    for t in range(1, len(h)):  # the sum over the losses
        row = dl[t]  # the loss gradient that starts a walk
        for k in range(t, 0, -1):  # the sum over the uses of W
            row = row * slope(h[k])  # the slopes of a walk
            dW += np.outer(row, h[k - 1])  # what a term adds to dW
            row = row @ W  # the step back of a walk
    return dW


@derives("1b-warm")
def warm(W, h_before, h, dl):
    dW = np.zeros_like(W)
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        delta = (dl[t] + carried) * slope(h[t])  # the gradient by the pre-activation
        dW += np.outer(delta, h[t - 1])  # what a step adds to dW
        carried = W.T @ delta  # what is carried back
    first = (dl[0] + carried) * slope(h[0])  # the gradient by the pre-activation of step 0
    dW += np.outer(first, h_before)  # what step 0 adds to dW
    return dW


@derives("1b-bptt")
def deltas(W, h, dl):
    delta = slope(h) * dl  # the share of the step's own loss
    for t in range(len(h) - 2, 0, -1):  # the steps of the walk back
        delta[t] += slope(h[t]) * (W.T @ delta[t + 1])  # what is carried back
    return delta[1:]  # the rows that are returned


@derives("1b-bptt")
def deltas_from_totals(W, h, dl):
    delta = np.zeros_like(dl)
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        total = dl[t] + carried  # the sum of the step's own loss and what is carried back
        delta[t] = total * slope(h[t])  # the step through sigma
        carried = W.T @ delta[t]  # what is carried back
    return delta[1:]  # the rows that are returned


@derives("1b-U")
def input_weights(W, h, x, dl):
    dU = np.zeros((len(W), len(x[0])))
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        total = dl[t] + carried  # the sum of the step's own loss and what is carried back
        delta = total * slope(h[t])  # the gradient by the pre-activation
        dU += np.outer(delta, x[t - 1])  # what a step adds to dU
        carried = W.T @ delta  # what is carried back
    return dU


@derives("1b-U")
def input_weights_at_once(W, h, x, dl):
    delta = slope(h) * dl  # the share of the step's own loss
    for t in range(len(h) - 2, 0, -1):  # the steps of the walk back
        delta[t] += slope(h[t]) * (W.T @ delta[t + 1])  # what is carried back
    return delta[1:].T @ x  # the product of deltas and inputs


@derives("1b-h0")
def start(W, h, dl):
    row = dl[-1]  # the start, at the last loss
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        delta = row * slope(h[t])  # the step through sigma
        row = dl[t - 1] + delta @ W  # the sum of the step's own loss and what is carried back
    return row


@derives("1b-forward")
def forwards(W, h):
    n = len(W)
    dh = np.zeros((len(h), n, n, n))
    for t in range(1, len(h)):  # the steps
        own = np.diag(slope(h[t]))[:, :, None] * h[t - 1]  # the immediate derivative
        J = slope(h[t])[:, None] * W  # the Jacobian of one step
        dh[t] = own + np.tensordot(J, dh[t - 1], axes=1)  # the sum of what is new and what is carried
    return dh


@derives("1b-windows")
def windows(W, h, dl, tau):
    dW = np.zeros_like(W)
    carried = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        if t % tau == 0:  # the place of the border
            carried = np.zeros(len(W))  # what happens at a border
        delta = (dl[t] + carried) * slope(h[t])  # the gradient by the pre-activation
        dW += np.outer(delta, h[t - 1])  # what a step adds to dW
        carried = W.T @ delta  # what is carried back
    return dW


# Chapter 2


@derives("2a-lag")
def of_lag(W, h, dl, lag):
    dW = np.zeros_like(W)
    for t in range(lag + 1, len(h)):  # the losses that have a term
        row = dl[t]  # the loss gradient that starts a term
        k = t - lag  # the use of W
        for i in range(t, k, -1):  # the steps of a term
            row = (row * slope(h[i])) @ W  # the product with a Jacobian
        dW += np.outer(row * slope(h[k]), h[k - 1])  # what a term adds to dW
    return dW


@derives("2b")
def power(M, n):
    lam, Q = np.linalg.eig(M)  # the eigenvalues and eigenvectors
    back = np.linalg.inv(Q)  # the way back
    return ((Q * lam**n) @ back).real  # the product


@derives("2b-disguise")
def miss(delta, m):
    return delta ** (1 / m)  # the root


@derives("2b-three")
def block(lam, n):
    edge = n * lam ** (n - 1)  # the line above the diagonal
    corner = n * (n - 1) / 2 * lam ** max(n - 2, 0)  # the corner
    return np.array([[lam**n, edge, corner], [0, lam**n, edge], [0, 0, lam**n]])  # the matrix


@derives("2c-hump")
def hump(lam):
    return np.ceil(lam / (1 - lam))  # the place of the largest


@derives("2c-left")
def left(W):
    lam, Q = np.linalg.eig(W.T)  # the matrix whose eigenvectors are taken
    return Q[:, np.argmax(np.abs(lam))].real  # the choice of the eigenvector


@derives("2c-norm")
def ruler(lam, b, r):
    corner = r - lam**2 / r  # the corner
    return corner / b  # the last division


@derives("2d-tanh")
def disguise(W, x):
    ones = np.ones(len(W))
    V = 4 * W  # the weights
    y = 2 * (x - W @ ones)  # the inputs
    return V, y  # the pair that is returned


@derives("2d-tanh")
def disguise_written_out(W, x):
    y = 2 * x - 2 * W.sum(axis=1)  # the inputs, twice, less what W makes of the ones
    return 4 * W, y  # the pair that is returned


@derives("2d-forget")
def forget(W, eps):
    factor = np.linalg.norm(W, 2) / 4  # the factor of one step
    return np.ceil(np.log(eps) / np.log(factor))  # the number of steps


@derives("2e-half-life")
def energy(T):
    r = 2 ** (-1 / T)  # the modulus
    return 1 / (1 - r**2)  # the energy


@derives("2e-volume")
def volume(W, h0, T):
    h, product = h0, 1.0
    for _ in range(T):  # the steps
        h = np.tanh(W @ h)  # the state
        product = product * np.prod(slope_of_tanh(h))  # the product of the slopes
    return product ** (1 / len(h0))  # the root


@derives("2e-relu")
def paths(w, x, h0):
    h, product = h0, np.ones(len(h0))
    for x_t in x:  # the steps
        z = w * h + x_t  # the pre-activation
        factor = np.where(z > 0, w, 0.0)  # the factor of one step
        product = factor * product  # the product of the steps
        h = np.maximum(z, 0)  # the state
    return np.diag(product)


@derives("2-width")
def width(w):
    mu = w * dsigma(0.5)  # the multiplier of one step
    total = (mu**50 - 1) / (mu - 1)  # the geometric sum
    return 1 / total  # the last division


@derives("2-clip")
def clip(g, limit):
    norms = np.sqrt(np.sum(g**2, axis=1, keepdims=True))  # the norms
    return g * limit / np.maximum(norms, limit)  # the scaling


@derives("2-rate")
def rate(w, b, length):
    dw, db = spectra.cliff(w, b)[1:3]  # the derivatives
    return length / np.hypot(dw, db)  # the division by the length of the gradient


# Chapter 3


@derives("3a")
def step(params, x_t, h_prev, C_prev):
    v = np.concatenate([h_prev, x_t])  # what the gates read
    f = sigma(params.W_f @ v + params.b_f)  # the forget gate
    i = sigma(params.W_i @ v + params.b_i)  # the input gate
    o = sigma(params.W_o @ v + params.b_o)  # the output gate
    C_tilde = np.tanh(params.W_c @ v + params.b_c)  # the candidate
    C = f * C_prev + i * C_tilde  # the cell
    h = o * np.tanh(C)  # the hidden state
    return h, C  # the pair that is returned


@derives("3b-bound")
def bound(C0, phi, t):
    old = phi**t * abs(C0)  # what is left of the start
    new = (1 - phi**t) / (1 - phi)  # the geometric sum
    return old + new


@derives("3c")
def gates(f, t, k):
    return np.diag(np.prod(f[k:t], axis=0))  # the product of the gates


@derives("3c-full")
def full(params, x, states, t, k):
    n, (_, C, f, i, o, C_tilde) = len(params.b_f), states
    W_f, W_i, W_o, W_c = (W[:, :n] for W in params[:4])
    dC = np.eye(n)
    dh = np.diag(o[k - 1] * slope_of_tanh(np.tanh(C[k]))) if k else 0 * dC  # the start of dh
    for s in range(k, t):  # the steps
        through_f = (C[s] * slope(f[s]))[:, None] * W_f  # the path through the forget gate
        through_i = (C_tilde[s] * slope(i[s]))[:, None] * W_i  # the path through the input gate
        through_c = (i[s] * slope_of_tanh(C_tilde[s]))[:, None] * W_c  # the path through the candidate
        dC = f[s][:, None] * dC + (through_f + through_i + through_c) @ dh  # the sum of the paths into C
        shown = np.tanh(C[s + 1])
        through_o = (shown * slope(o[s]))[:, None] * W_o @ dh  # the path through the output gate
        dh = through_o + (o[s] * slope_of_tanh(shown))[:, None] * dC  # the sum of the paths into h
    return dC


@derives("3e-path")
def inside(W_c, states, t, k):
    _, C, _, i, o, C_tilde = states
    product = np.eye(len(W_c))
    for s in range(k + 1, t + 1):  # the steps that the product covers
        shown = o[s - 2] * slope_of_tanh(np.tanh(C[s - 1]))  # the way from cell to hidden state
        J = slope_of_tanh(C_tilde[s - 1])[:, None] * W_c  # the Jacobian of the candidate
        path = i[s - 1][:, None] * J * shown  # the path of one step
        product = path @ product  # the order of the factors
    return product


@derives("3e-bias")
def further(B, error, target):
    rise = np.log(error / target)  # the rise of the bias
    return B + rise  # the new bias


@derives("3c-half-life")
def half_life(b):
    rate = np.log1p(np.exp(-b))  # the logarithm of the gate
    return np.log(2) / rate  # the division


@derives("3c-varying")
def varying(f):
    rate = -np.mean(np.log(f), axis=0)  # the mean of the logarithms
    return np.log(2) / rate  # the division


@derives("3d-coupled")
def coupled(dC, C_prev, f, C_tilde):
    df = dC * (C_prev - C_tilde)  # the gradient by the gate
    return df * slope(f)  # the step through sigma


@derives("3d-peephole")
def peephole(f_next, o, C, p, dh, dC_next):
    shown = np.tanh(C)  # what the cell shows
    do = dh * shown * slope(o)  # the gradient by the pre-activation of the gate
    direct = dh * o * slope_of_tanh(shown)  # the way beside the gate
    return f_next * dC_next + direct + do * p  # the sum of the three ways


@derives("gru")
def gru(W_z, W_r, W_h, x_t, h_prev):
    v = np.concatenate([h_prev, x_t])  # what the gates read
    z = sigma(W_z @ v)  # the update gate
    r = sigma(W_r @ v)  # the reset gate
    let_in = r * h_prev  # the reset state
    u = np.concatenate([let_in, x_t])  # what the candidate reads
    h_tilde = np.tanh(W_h @ u)  # the candidate
    return z * h_prev + (1 - z) * h_tilde  # the mixture


@derives("gru-jacobian")
def gru_jacobian(W_z, W_r, W_h, x_t, h_prev):
    n, v = len(h_prev), np.concatenate([h_prev, x_t])
    z = sigma(W_z @ v)  # the update gate
    r = sigma(W_r @ v)  # the reset gate
    h_tilde = np.tanh(W_h @ np.concatenate([r * h_prev, x_t]))  # the candidate
    through_r = (h_prev * slope(r))[:, None] * W_r[:, :n]  # the path through the reset gate
    inside = np.diag(r) + through_r  # the derivative of what the candidate reads
    through_h = ((1 - z) * slope_of_tanh(h_tilde))[:, None] * W_h[:, :n] @ inside  # the candidate's path
    through_z = ((h_prev - h_tilde) * slope(z))[:, None] * W_z[:, :n]  # the path through the update gate
    return np.diag(z) + through_z + through_h  # the sum of the paths


@derives("gru-jacobian")
def gru_jacobian_in_four_terms(W_z, W_r, W_h, x_t, h_prev):
    n, v = len(h_prev), np.concatenate([h_prev, x_t])
    z = sigma(W_z @ v)  # the update gate
    r = sigma(W_r @ v)  # the reset gate
    h_tilde = np.tanh(W_h @ np.concatenate([r * h_prev, x_t]))  # the candidate
    s = np.diag((1 - z) * slope_of_tanh(h_tilde))  # the slopes of the candidate's path
    direct = s @ (W_h[:, :n] @ np.diag(r))  # the direct path through the candidate
    through_r = s @ W_h[:, :n] @ np.diag(h_prev * slope(r)) @ W_r[:, :n]  # the path through the reset gate
    through_z = np.diag((h_prev - h_tilde) * slope(z)) @ W_z[:, :n]  # the path through the update gate
    return np.diag(z) + through_z + direct + through_r  # the sum of the paths


@derives("3-chrono")
def biases(shortest, longest, n):
    tau = np.linspace(shortest, longest, n)  # the half-lives
    f = 2 ** (-1 / tau)  # the forget gates
    b = np.log(f / (1 - f))  # the biases
    return np.array([b, -b])  # the pair of biases


@derives("3-latch")
def latch(w):
    s = np.sqrt(1 - 1 / w)  # the value of the tanh where the slope is 1
    a = np.arctanh(s)  # the place where the slope is 1
    return w * s - a  # the pull


@derives("3f-step")
def mingru_step(W_z, W_h, b_z, b_h, x_t, h_prev):
    z = sigma(W_z @ x_t + b_z)  # the gate
    candidate = W_h @ x_t + b_h  # the candidate
    return (1 - z) * h_prev + z * candidate  # the mixture


@derives("3f-path")
def mingru_path(W_z, W_h, b_z, b_h, x, h0, t, k):
    product = np.ones(len(h0))
    for x_s in x[k:t]:  # the steps that the product covers
        z = sigma(W_z @ x_s + b_z)  # the gate
        product = (1 - z) * product  # the share that is kept
    return np.diag(product)


@derives("3f-scan")
def maps(a, b):
    A, B = np.array(a), np.array(b)
    for t in range(1, len(a)):  # the steps
        A[t] = a[t] * A[t - 1]  # the factor of h_0
        B[t] = a[t] * B[t - 1] + b[t]  # what was written so far
    return A, B  # the pair that is returned


@derives("3f-exponential")
def stabilised(log_f, log_i, value):
    ratios = np.zeros(value.shape)
    m, C, N = log_i[0], value[0], 1 + 0 * value[0]  # the first step
    ratios[0] = C
    for t in range(1, len(value)):  # the steps
        new = np.maximum(log_f[t] + m, log_i[t])  # the running maximum
        keep = np.exp(log_f[t] + m - new)  # the scaled forget gate
        write = np.exp(log_i[t] - new)  # the scaled input gate
        C = keep * C + write * value[t]  # the cell
        N = keep * N + write * 1  # the normaliser
        m = new
        ratios[t] = C / N  # the ratio
    return ratios


@derives("3f-attention")
def sent_back(u, v, h):
    score = h @ u  # the scores
    e = np.exp(score - np.max(score))  # the exponentials
    a = e / np.sum(e)  # the softmax
    said = h @ v  # what each state says
    answer = np.sum(a * said)  # the answer
    through_scores = (said - answer)[:, None] * u  # the way through the scores
    return a[:, None] * (v + through_scores)  # the sum of both ways


@derives("3-truncated")
def truncated(params, x, states, dl):
    dW, carried = np.zeros(params.W_f.shape), np.zeros(len(params.b_f))
    for t in range(len(x), 0, -1):  # the steps of the walk back
        f, shown = states.f[t - 1], np.tanh(states.C[t])
        dC = carried + dl[t] * states.o[t - 1] * slope_of_tanh(shown)  # the gradient by the cell
        delta = dC * states.C[t - 1] * slope(f)  # the gradient by the pre-activation of the gate
        dW += np.outer(delta, np.concatenate([states.h[t - 1], x[t - 1]]))  # what a step adds to dW
        carried = f * dC  # what is carried back along the cell
    return dW


@derives("3-bits")
def bits(log_p, answers):
    each = log_p[np.arange(len(answers)), answers]  # the letters that came
    return np.mean(each) / -np.log(2)  # the mean in bits


@derives("3-entropy")
def entropy(codes):
    p = np.bincount(codes) / len(codes)  # the frequencies
    each = -np.log2(p[codes])  # the cost of each letter
    return np.mean(each)  # the mean


@derives("3-context")
def context(codes):
    K = np.max(codes) + 1
    n = np.zeros((K, K))
    for j in range(1, len(codes)):  # the pairs
        n[codes[j - 1], codes[j]] += 1  # the count of a pair
    p = n / np.maximum(np.sum(n, axis=1, keepdims=True), 1)  # the probabilities after a letter
    each = -np.log2(p[codes[:-1], codes[1:]])  # the cost of each pair
    return np.mean(each)  # the mean
