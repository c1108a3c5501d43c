"""The derivations once more, by the other roads that one takes: a slip on one of them is none on another.

Those of the equations in the wild stand here whole.
"""

import numpy as np

from rnncourse.rnn import sigma

from .derivations import DERIVATIONS, derives, dsigma, slope, slope_of_tanh

__all__ = ["DERIVATIONS", "dsigma"]  # dsigma stands in altered derivations

# Chapter 1


@derives("1a")
def jacobian_with_a_diagonal(W, x):
    y = sigma(W @ x)  # the output
    D = np.diag(slope(y))  # the diagonal matrix of the slopes
    return D @ W  # the product of slopes and weights


@derives("1a-tanh")
def tanh_jacobian_with_a_diagonal(W, x):
    y = np.tanh(W @ x)  # the output
    D = np.diag(1 - y**2)  # the diagonal matrix of the slopes
    return D @ W  # the product of slopes and weights


@derives("1a-batch")
def rows_by_letters(A, X):
    S = slope(sigma(X @ A))  # the slopes
    return np.einsum("dn,bn->bdn", A, S)  # the product of weights and slopes


@derives("1a-softmax")
def softmax_by_entries(W, x):
    z = W @ x  # the pre-activation
    p = np.exp(z) / np.sum(np.exp(z))  # the softmax
    mean = p @ W  # the mean of the rows of W
    return p[:, None] * (W - mean)  # the bracket


@derives("1b-immediate")
def immediate_by_letters(h_prev, h_t):
    s = slope(h_t)  # the slopes
    return np.einsum("ia,i,b->iab", np.eye(len(h_t)), s, h_prev)  # the product with the state before


@derives("1b")
def walk_in_one_line(W, h, dl):
    dW = np.zeros_like(W)
    delta = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        delta = slope(h[t]) * (dl[t] + W.T @ delta)  # the gradient by the pre-activation
        dW += np.outer(delta, h[t - 1])  # what a step adds to dW
    return dW


@derives("1b")
def walk_with_jacobians(W, h, dl):
    dW = np.zeros_like(W)
    total = dl[-1]  # the start, at the last loss
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        J = slope(h[t])[:, None] * W  # the Jacobian of one step
        dW += np.outer(total * slope(h[t]), h[t - 1])  # what a step adds to dW
        total = dl[t - 1] + J.T @ total  # the sum of the step's own loss and what is carried back
    return dW


@derives("1b-warm")
def warm_in_one_walk(W, h_before, h, dl):
    states = np.concatenate([h_before[None], h])  # the states, with the one before them
    dW, delta = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(h) - 1, -1, -1):  # the steps of the walk back
        delta = slope(h[t]) * (dl[t] + W.T @ delta)  # the gradient by the pre-activation
        dW += np.outer(delta, states[t])  # what a step adds to dW
    return dW


@derives("1b-U")
def input_weights_in_one_line(W, h, x, dl):
    dU = np.zeros((len(W), len(x[0])))
    delta = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        delta = slope(h[t]) * (dl[t] + W.T @ delta)  # the gradient by the pre-activation
        dU += np.outer(delta, x[t - 1])  # what a step adds to dU
    return dU


@derives("1b-h0")
def start_from_deltas(W, h, dl):
    delta = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        delta = slope(h[t]) * (dl[t] + W.T @ delta)  # the gradient by the pre-activation
    return dl[0] + W.T @ delta  # the last step back, and the loss of the start itself


@derives("1b-forward")
def forwards_by_letters(W, h):
    n = len(W)
    dh = np.zeros((len(h), n, n, n))
    for t in range(1, len(h)):  # the steps
        carried = np.einsum("ij,jab->iab", W, dh[t - 1])  # what is carried
        own = np.einsum("ia,b->iab", np.eye(n), h[t - 1])  # the immediate derivative, without its slope
        dh[t] = slope(h[t])[:, None, None] * (own + carried)  # the slopes, of what is new and what is carried
    return dh


@derives("1b-windows")
def windows_in_one_line(W, h, dl, tau):
    dW = np.zeros_like(W)
    delta = np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):  # the steps of the walk back
        carried = W.T @ delta if t % tau != 0 else np.zeros(len(W))  # what crosses no border
        delta = slope(h[t]) * (dl[t] + carried)  # the gradient by the pre-activation
        dW += np.outer(delta, h[t - 1])  # what a step adds to dW
    return dW


# Chapter 2


@derives("2a-lag")
def of_lag_in_one_product(W, h, dl, lag):
    T = len(h) - 1
    rows = dl[lag + 1 :]  # the loss gradients that start a term
    for i in range(lag):  # the number of Jacobians
        s = slope(h[lag + 1 - i : T + 1 - i])  # the slopes of a step back
        rows = (rows * s) @ W  # the product with a Jacobian
    delta = rows * slope(h[1 : T + 1 - lag])  # the last slopes, before the use of W
    return delta.T @ h[: T - lag]  # the product with the states before


@derives("2b")
def power_with_a_diagonal(M, n):
    lam, Q = np.linalg.eig(M)  # the eigenvalues and eigenvectors
    L = np.diag(lam**n)  # the diagonal
    return (Q @ L @ np.linalg.inv(Q)).real  # the product


@derives("2b-three")
def block_with_ratios(lam, n):
    line = n * lam ** (n - 1)  # the line above the diagonal
    corner = line * (n - 1) / (2 * lam)  # the corner
    return np.array([[lam**n, line, corner], [0, lam**n, line], [0, 0, lam**n]])  # the matrix


@derives("2c-hump")
def hump_below(lam):
    return 1 + np.floor(lam / (1 - lam))  # the first place where it falls


@derives("2c-left")
def left_by_the_inverse(W):
    lam, Q = np.linalg.eig(W)  # the eigenvalues and eigenvectors
    back = np.linalg.inv(Q)  # the way back
    return back[np.argmax(np.abs(lam)), :].real  # the choice of the row


@derives("2c-norm")
def ruler_in_one_line(lam, b, r):
    return (r**2 - lam**2) / (b * r)  # the quotient


@derives("2c-misprint")
def misprint():
    Q = np.array([[0.8, -0.6], [0.6, 0.8]])
    L = np.diag([0.4, 0.9])
    return Q @ L @ Q.T  # the product


@derives("2c")
def thirtieth():
    lam = np.array([0.4, 0.9]) ** 30  # the powers of the eigenvalues
    Q = np.array([[0.8, 0.6], [-0.6, 0.8]])  # the eigenvectors
    return Q @ np.diag(lam) @ Q.T  # the product


@derives("2d-eighth")
def eighth():
    y = (1 + np.sqrt(1 - 4 / 8)) / 2  # the output with slope 1/8
    z = np.log(y / (1 - y))  # the pre-activation of that output
    return 1.5 / (1 / 8), z  # the weight, and the pair that is returned


@derives("2d-guarantee")
def guarantee():
    size = np.linalg.norm(np.array([[2, -3], [1, 1]]), 2)  # the size of the matrix
    return 4 / size  # the quotient


@derives("2d-guarantee")
def guarantee_by_eigenvalues():
    M = np.array([[2, -3], [1, 1]])
    square = M.T @ M  # the product of M with its transpose
    size = np.sqrt(np.max(np.linalg.eigvalsh(square)))  # the size of the matrix
    return 1 / (size * 0.25)  # the quotient


@derives("2d-forget")
def forget_by_a_difference(W, eps):
    size = np.linalg.norm(W, 2)  # the size of the matrix
    return np.ceil(-np.log(eps) / (np.log(4) - np.log(size)))  # the number of steps


@derives("2e-half-life")
def energy_from_the_square(T):
    square = np.exp(-2 * np.log(2) / T)  # the square of the modulus
    return 1 / (1 - square)  # the energy


@derives("2e-volume")
def volume_by_logarithms(W, h0, T):
    h, total = h0, 0.0
    for _ in range(T):  # the steps
        h = np.tanh(W @ h)  # the state
        total = total + np.mean(np.log(slope_of_tanh(h)))  # the sum of the logarithms
    return np.exp(total)


@derives("2e-relu")
def paths_from_the_lowest(w, x, h0):
    h, lowest = h0, np.array(x[0] + w * h0)
    for x_t in x:  # the steps
        z = w * h + x_t  # the pre-activation
        lowest = np.minimum(lowest, z)  # the lowest pre-activation so far
        h = np.maximum(z, 0)  # the state
    return np.diag((lowest > 0) * w ** len(x))  # the open paths and their weight


@derives("2-wall")
def wall():
    b = 0 - 6 * sigma(0)  # the wall
    slope_there = sigma(0) * (1 - sigma(0))  # the slope at the start
    return b, 1 / slope_there  # the threshold, and the pair that is returned


@derives("2-width")
def width_by_a_sum(w):
    y = sigma(0.5)  # the output
    mu = w * y * (1 - y)  # the multiplier of one step
    return 1 / np.sum(mu ** np.arange(50))  # the geometric sum


@derives("2-clip")
def clip_by_factors(g, limit):
    norms = np.linalg.norm(g, axis=1, keepdims=True)  # the norms
    factors = np.where(norms > limit, limit / np.maximum(norms, 1e-300), 1)  # the factors
    return g * factors  # the scaling


# Chapter 3


@derives("3a")
def step_with_rows(params, x_t, h_prev, C_prev):
    W = np.concatenate(params[:4])  # the weights, stacked
    b = np.concatenate(params[4:])  # the biases, stacked
    z = W @ np.concatenate([h_prev, x_t]) + b  # the pre-activations
    n = len(h_prev)
    f, i, o = sigma(z[:n]), sigma(z[n : 2 * n]), sigma(z[2 * n : 3 * n])  # the gates
    C = f * C_prev + i * np.tanh(z[3 * n :])  # the cell
    return o * np.tanh(C), C  # the hidden state, and the pair that is returned


@derives("3a-counter")
def counter(x):
    C = np.zeros((len(x) + 1, 1))
    for t in range(1, len(C)):  # the steps
        pulse, reset = x[t - 1]  # the inputs
        f, i = 1 - reset, pulse  # the gates
        C[t] = f * C[t - 1] + i * 1  # the cell
    return C


@derives("3b-bound")
def bound_by_steps(C0, phi, t):
    C = abs(C0)  # the start
    for _ in range(t):  # the steps
        C = phi * C + 1  # one step of the bound
    return C  # what is returned


@derives("3c")
def gates_by_steps(f, t, k):
    product = np.eye(len(f[0]))  # the start
    for s in range(k + 1, t + 1):  # the steps that the product covers
        product = np.diag(f[s - 1]) @ product  # the product of the gates
    return product


@derives("3c-half-life")
def half_life_of_a_gate(b):
    f = sigma(b)  # the gate
    return -np.log(2) / np.log(f)  # the division


@derives("3c-varying")
def half_life_of_the_product(f):
    share = np.prod(f, axis=0)  # the share that is left
    g = share ** (1 / len(f))  # the constant gate
    return np.log(0.5) / np.log(g)  # the division


@derives("3d-coupled")
def coupled_in_two_terms(dC, C_prev, f, C_tilde):
    old = dC * C_prev * slope(f)  # the term of the old cell
    new = dC * C_tilde * slope(f)  # the term of the candidate
    return old - new  # the sum of both uses


@derives("3d-peephole")
def peephole_by_the_output(f_next, o, C, p, dh, dC_next):
    shown = np.tanh(C)  # what the cell shows
    inside = shown * p * slope(o)  # the way through the gate
    beside = o * slope_of_tanh(shown)  # the way beside the gate
    return dh * (inside + beside) + dC_next * f_next  # the sum of the three ways


@derives("3e-path")
def inside_by_diagonals(W_c, states, t, k):
    product = np.eye(len(W_c))
    for s in range(t, k, -1):  # the steps that the product covers
        D = np.diag(states.o[s - 2] * slope_of_tanh(np.tanh(states.C[s - 1])))  # the way from cell to h
        A = np.diag(states.i[s - 1] * slope_of_tanh(states.C_tilde[s - 1])) @ W_c  # the way from h to cell
        product = product @ A @ D  # the order of the factors
    return product


@derives("3e-bias")
def further_by_the_constant(B, error, target):
    c = error * np.exp(B)  # the constant of the law
    return np.log(c) - np.log(target)  # the new bias


@derives("gru")
def gru_in_two_shares(W_z, W_r, W_h, x_t, h_prev):
    n = len(h_prev)
    z = sigma(W_z[:, :n] @ h_prev + W_z[:, n:] @ x_t)  # the update gate
    r = sigma(W_r[:, :n] @ h_prev + W_r[:, n:] @ x_t)  # the reset gate
    h_tilde = np.tanh(W_h[:, :n] @ (r * h_prev) + W_h[:, n:] @ x_t)  # the candidate
    return h_tilde + z * (h_prev - h_tilde)  # the mixture


@derives("3f-step")
def mingru_step_from_the_old(W_z, W_h, b_z, b_h, x_t, h_prev):
    z = sigma(b_z + W_z @ x_t)  # the gate
    return h_prev + z * (W_h @ x_t + b_h - h_prev)  # the mixture


@derives("3f-step")
def mingru_step_in_one_line(W_z, W_h, b_z, b_h, x_t, h_prev):
    z = sigma(W_z @ x_t + b_z)  # the gate
    return (1 - z) * h_prev + z * (W_h @ x_t + b_h)  # the mixture


@derives("3f-path")
def mingru_path_at_once(W_z, W_h, b_z, b_h, x, h0, t, k):
    z = sigma(x @ W_z.T + b_z)  # the gates of all steps
    shares = 1 - z[k:t]  # the shares that are kept
    return np.diag(np.prod(shares, axis=0))  # the product of the shares


@derives("3f-scan")
def maps_by_steps(a, b):
    A, B = np.zeros_like(a), np.zeros_like(b)
    kept, written = np.ones(len(a[0])), np.zeros(len(a[0]))
    for t in range(len(a)):  # the steps
        written = a[t] * written + b[t]  # what was written so far
        kept = a[t] * kept  # the factor of h_0
        A[t] = kept  # a row of A
        B[t] = written  # a row of B
    return A, B  # the pair that is returned


@derives("3f-attention")
def sent_back_by_the_softmax(u, v, h):
    e = np.exp(h @ u)  # the exponentials
    a = e / np.sum(e)  # the softmax
    J = np.diag(a) - np.outer(a, a)  # the Jacobian of the softmax
    said = h @ v  # what each state says
    return np.outer(a, v) + np.outer(J @ said, u)  # the sum of both ways


@derives("3-chrono")
def biases_from_exponentials(shortest, longest, n):
    tau = np.linspace(shortest, longest, n)  # the half-lives
    b = -np.log(2 ** (1 / tau) - 1)  # the biases
    return np.array([b, -b])  # the pair of biases


@derives("3-latch")
def latch_by_the_height(w):
    a = np.arccosh(np.sqrt(w))  # the place where the slope is 1
    return w * np.tanh(a) - a  # the pull


@derives("3-truncated")
def truncated_at_once(params, x, states, dl):
    h, C, f, _i, o, _C_tilde = states
    shown = np.tanh(C[1:])  # what the cells show
    dC = dl[1:] * o * (1 - shown**2)  # the gradient by the cell
    for t in range(len(x) - 2, -1, -1):  # the steps of the walk back
        dC[t] += f[t + 1] * dC[t + 1]  # what is carried back along the cell
    delta = dC * C[:-1] * slope(f)  # the gradient by the pre-activation of the gate
    reads = np.concatenate([h[:-1], x], axis=1)  # what the gates read
    return delta.T @ reads


@derives("3-bits")
def bits_by_log2(log_p, answers):
    total = 0.0
    for j in range(len(answers)):  # the places
        total -= np.log2(np.exp(log_p[j, answers[j]]))  # the bits of the letter that came
    return total / len(answers)  # the mean


@derives("3-entropy")
def entropy_by_kinds(codes):
    counts = np.bincount(codes)
    p = counts[counts > 0] / len(codes)  # the frequencies
    return np.sum(p * np.log(1 / p)) / np.log(2)  # the sum over the kinds


@derives("3-context")
def context_by_two_entropies(codes):
    before, after = codes[:-1], codes[1:]
    both = entropy_by_kinds(before * len(codes) ** 2 + after)  # the cost of both letters
    return both - entropy_by_kinds(before)  # less the cost of the first


# Equations in the wild


@derives("wild-1")
def average(alpha, k):
    return (1 - alpha) * alpha**k  # the product of what is written and what is kept


@derives("wild-2")
def before_squashing(W, x):
    s = slope_of_tanh(np.tanh(x))  # the slopes
    return W @ np.diag(s)  # the product of weights and slopes


@derives("wild-3")
def powered(Q, lam, t, h0):
    inside = Q.T @ h0  # the start in the new coordinates
    return Q @ (lam**t * inside)  # the way back


@derives("wild-4")
def into_cell(f, o, C, dh, dC):
    through_h = dh * o * slope_of_tanh(np.tanh(C))  # the way through the output
    return f * (dC + through_h)  # the step back over the forget gate


@derives("wild-5")
def behind_reset(W, u, c, r, h):
    n = np.tanh(u + r * (W @ h + c))  # the candidate
    return np.diag(r * slope_of_tanh(n))  # the product of gate and slope


@derives("wild-6")
def candidate(i, o, c, C, dh, dC):
    cell = dC + dh * o * slope_of_tanh(np.tanh(C))  # the gradient by the cell
    return cell * i * slope_of_tanh(c)  # the product of gate and slope


@derives("wild-7")
def mirrored(W, V, e):
    total = np.zeros(len(W))  # the start
    for e_t in e[::-1]:  # the steps of the walk back
        total = W.T @ total + V.T @ e_t  # the sum of what is carried and what is new
    return total


@derives("wild-8")
def cell_errors(f, o, C, dh):
    out = dh * o * slope_of_tanh(np.tanh(C))  # the way through the output
    for t in range(len(C) - 2, -1, -1):  # the steps of the walk back
        out[t] += f[t + 1] * out[t + 1]  # what is carried back along the cell
    return out


@derives("wild-3")
def powered_as_a_matrix(Q, lam, t, h0):
    W = Q @ np.diag(lam) @ Q.T  # the matrix
    return np.linalg.matrix_power(W, t) @ h0  # its power


@derives("wild-4")
def into_cell_written_out(f, o, C, dh, dC):
    through_h = f * dh * o * slope_of_tanh(np.tanh(C))  # the way through the output
    return f * dC + through_h  # the sum of both ways


@derives("wild-6")
def candidate_written_out(i, o, c, C, dh, dC):
    through_h = dh * o * slope_of_tanh(np.tanh(C))  # the way through the output
    s = slope_of_tanh(c)  # the slopes of the candidate
    return s * (i * dC + i * through_h)  # the sum of both ways


@derives("wild-7")
def mirrored_as_a_sum(W, V, e):
    total = np.zeros(len(W))
    for i in range(len(e)):  # the terms
        total += np.linalg.matrix_power(W.T, i) @ V.T @ e[i]  # a term of the sum
    return total  # what is returned


@derives("wild-8")
def cell_errors_in_a_walk(f, o, C, dh):
    out = np.zeros_like(C)
    carried = np.zeros(len(C[0]))
    for t in range(len(C) - 1, -1, -1):  # the steps of the walk back
        out[t] = carried + dh[t] * o[t] * slope_of_tanh(np.tanh(C[t]))  # the sum of both ways
        carried = f[t] * out[t]  # what is carried back along the cell
    return out
